//! Asking the index: words, facets and ranges in, ids and counts out.

use std::ops::Bound;

use serde_json::{Value as Json, json};
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::aggregation::agg_result::{AggregationResult, AggregationResults, BucketResult};
use tantivy::aggregation::{AggContextParams, AggregationCollector, Key};
use tantivy::collector::{Collector, Count, TopDocs};
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, FuzzyTermQuery, Occur, Query as Clause, RangeQuery,
    TermQuery,
};
use tantivy::schema::{IndexRecordOption, Value as _};
use tantivy::{DocAddress, Order, Searcher, TantivyDocument, Term};

use super::{Index, SearchError, analyzer};

/// More words than this add nothing to a search and cost time: the rest are left out.
const MOST_WORDS: usize = 12;
/// How many values of one facet are counted.
const MOST_VALUES: u32 = 100;

/// What is looked for. Empty words find everything.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Words, as a person types them.
    pub words: String,
    /// Facet values, each of which a document must have.
    pub facets: Vec<(&'static str, String)>,
    /// Number ranges, both ends included.
    pub ranges: Vec<(&'static str, Option<i64>, Option<i64>)>,
    /// How many hits to skip.
    pub offset: usize,
    /// How many hits to answer.
    pub limit: usize,
}

/// How many of the documents found have one value of a facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetCount {
    /// The value.
    pub value: String,
    /// How many documents have it.
    pub count: u64,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Hits {
    /// How many documents match in all.
    pub total: usize,
    /// The ids of the page asked for, best first.
    pub ids: Vec<String>,
    /// Counts by facet, highest first, then by value.
    pub facets: Vec<(&'static str, Vec<FacetCount>)>,
}

impl Index {
    /// Finds documents.
    ///
    /// # Errors
    /// [`SearchError::Field`] for a facet or range outside the index's shape.
    pub fn search(&self, query: &Query) -> Result<Hits, SearchError> {
        let searcher = self.reader.searcher();
        let words = tokens(&query.words);
        let clause = self.clause(query, &words)?;
        let counting = AggregationCollector::from_aggs(self.counts(), AggContextParams::default());
        let top = TopDocs::with_limit(query.limit.max(1)).and_offset(query.offset);
        let (total, facets, found) = match self.shape.numbers.first() {
            Some(order) if words.is_empty() => {
                let top = top.order_by_fast_field::<i64>(*order, Order::Desc);
                run(&searcher, &*clause, (Count, counting, top))?
            }
            _ => run(&searcher, &*clause, (Count, counting, top.order_by_score()))?,
        };
        let ids = if query.limit == 0 {
            Vec::new()
        } else {
            self.names(&searcher, &found)?
        };
        Ok(Hits {
            total,
            ids,
            facets: self.read_counts(&facets),
        })
    }

    fn clause(&self, query: &Query, words: &[String]) -> Result<Box<dyn Clause>, SearchError> {
        let mut must: Vec<(Occur, Box<dyn Clause>)> = Vec::new();
        for (n, word) in words.iter().enumerate() {
            must.push((Occur::Must, self.word(word, n + 1 == words.len())?));
        }
        for (name, value) in &query.facets {
            let term = Term::from_field_text(self.field(name)?, value);
            must.push((
                Occur::Must,
                Box::new(TermQuery::new(term, IndexRecordOption::Basic)),
            ));
        }
        for (name, low, high) in &query.ranges {
            let field = self.field(name)?;
            let end = |v: &Option<i64>| {
                v.map_or(Bound::Unbounded, |v| {
                    Bound::Included(Term::from_field_i64(field, v))
                })
            };
            if low.is_some() || high.is_some() {
                must.push((Occur::Must, Box::new(RangeQuery::new(end(low), end(high)))));
            }
        }
        if must.is_empty() {
            return Ok(Box::new(AllQuery));
        }
        Ok(Box::new(BooleanQuery::new(must)))
    }

    /// One word in any text field: exactly, then as a beginning, then nearly.
    fn word(&self, word: &str, last: bool) -> Result<Box<dyn Clause>, SearchError> {
        let mut any: Vec<(Occur, Box<dyn Clause>)> = Vec::new();
        let mut push = |weight: f32, clause: Box<dyn Clause>| {
            any.push((Occur::Should, Box::new(BoostQuery::new(clause, weight))));
        };
        let slips = match word.chars().count() {
            0..=3 => 0,
            4..=7 => 1,
            _ => 2,
        };
        for (name, weight) in self.shape.texts {
            let term = Term::from_field_text(self.field(name)?, word);
            let exact = TermQuery::new(term.clone(), IndexRecordOption::WithFreqs);
            push(weight * 4.0, Box::new(exact));
            if last {
                push(
                    weight * 0.5,
                    Box::new(FuzzyTermQuery::new_prefix(term.clone(), 0, true)),
                );
            }
            if slips > 0 {
                push(
                    weight * 0.1,
                    Box::new(FuzzyTermQuery::new(term, slips, true)),
                );
            }
        }
        Ok(Box::new(BooleanQuery::new(any)))
    }

    fn counts(&self) -> Aggregations {
        let request: serde_json::Map<String, Json> = self
            .shape
            .facets
            .iter()
            .map(|f| {
                (
                    (*f).to_owned(),
                    json!({"terms": {"field": f, "size": MOST_VALUES}}),
                )
            })
            .collect();
        // The request is made of constants of the shape; it always reads.
        serde_json::from_value(Json::Object(request)).unwrap_or_default()
    }

    fn read_counts(&self, results: &AggregationResults) -> Vec<(&'static str, Vec<FacetCount>)> {
        let read = |name: &&'static str| {
            let mut counts = match results.0.get(*name) {
                Some(AggregationResult::BucketResult(BucketResult::Terms { buckets, .. })) => {
                    buckets
                        .iter()
                        .filter_map(|b| count(&b.key, b.doc_count))
                        .collect()
                }
                _ => Vec::new(),
            };
            counts.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
            (*name, counts)
        };
        self.shape.facets.iter().map(read).collect()
    }

    fn names(&self, searcher: &Searcher, found: &[DocAddress]) -> Result<Vec<String>, SearchError> {
        let mut ids = Vec::with_capacity(found.len());
        for address in found {
            let document: TantivyDocument = searcher.doc(*address)?;
            if let Some(id) = document.get_first(self.id).and_then(|v| v.as_str()) {
                ids.push(id.to_owned());
            }
        }
        Ok(ids)
    }
}

type Found = (usize, AggregationResults, Vec<DocAddress>);

fn run<T: Collector<Fruit = Vec<(S, DocAddress)>>, S>(
    searcher: &Searcher,
    clause: &dyn Clause,
    (count, facets, top): (Count, AggregationCollector, T),
) -> Result<Found, SearchError>
where
    S: Send + 'static,
{
    let (total, facets, found) = searcher.search(clause, &(count, facets, top))?;
    Ok((
        total,
        facets,
        found.into_iter().map(|(_, address)| address).collect(),
    ))
}

fn count(key: &Key, count: u64) -> Option<FacetCount> {
    match key {
        Key::Str(value) => Some(FacetCount {
            value: value.clone(),
            count,
        }),
        _ => None,
    }
}

fn tokens(words: &str) -> Vec<String> {
    let mut analyzer = analyzer();
    let mut stream = analyzer.token_stream(words);
    let mut out = Vec::new();
    while out.len() < MOST_WORDS && stream.advance() {
        out.push(stream.token().text.clone());
    }
    out
}
