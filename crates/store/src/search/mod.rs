//! The search index of one node: in memory, fed with documents, thrown away and rebuilt from
//! the database at any time, so that search is the same whichever engine the database is of.
//!
//! It knows documents made of text fields (weighted), keyword facets and whole numbers; what
//! they mean is its owner's affair. Every word of a query must be found, in any text field;
//! the last word may be the beginning of one; words of four letters and more may be misspelt
//! by one letter, of eight and more by two (Damerau-Levenshtein).

mod query;

use tantivy::schema::{
    FAST, Field, INDEXED, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{
    AsciiFoldingFilter, LowerCaser, RemoveLongFilter, SimpleTokenizer, TextAnalyzer,
};
use tantivy::{Index as Tantivy, IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, Term};
use thiserror::Error;
use tokio::sync::Mutex;

pub use query::{FacetCount, Hits, Query};

/// The memory the writer may hold before it flushes, in bytes: tantivy's smallest.
const WRITER_BYTES: usize = 16_000_000;
const TOKENIZER: &str = "folded";

/// Which fields the documents of an index have.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Text fields by name, each with the weight of a hit in it.
    pub texts: &'static [(&'static str, f32)],
    /// Keyword fields that are filtered by and counted.
    pub facets: &'static [&'static str],
    /// Whole-number fields that are filtered by range. The first also orders the documents,
    /// highest first, where a query has no words to rank by.
    pub numbers: &'static [&'static str],
}

/// One document. A field may have several values.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// Its name; adding a document of the same name replaces the old one.
    pub id: String,
    /// Text by field.
    pub texts: Vec<(&'static str, String)>,
    /// Keywords by field.
    pub facets: Vec<(&'static str, String)>,
    /// Numbers by field.
    pub numbers: Vec<(&'static str, i64)>,
}

/// The index failed, or a field was named that it does not have. Both are faults of ours.
#[derive(Debug, Error)]
pub enum SearchError {
    /// tantivy's own words.
    #[error("the search index failed")]
    Index(#[from] tantivy::TantivyError),
    /// A field outside the index's shape.
    #[error("the search index has no field `{0}`")]
    Field(String),
}

/// A search index over documents of one shape.
pub struct Index {
    shape: Shape,
    schema: Schema,
    id: Field,
    writer: Mutex<IndexWriter>,
    reader: IndexReader,
}

impl Index {
    /// An empty index.
    ///
    /// # Errors
    /// [`SearchError::Index`] when there is no memory for it.
    pub fn new(shape: Shape) -> Result<Self, SearchError> {
        let mut builder = Schema::builder();
        let id = builder.add_text_field("id", STRING | STORED);
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(TOKENIZER)
            .set_fieldnorms(true);
        for (name, _) in shape.texts {
            let options = TextOptions::default().set_indexing_options(indexing.clone());
            builder.add_text_field(name, options);
        }
        for name in shape.facets {
            builder.add_text_field(name, STRING | FAST);
        }
        for name in shape.numbers {
            builder.add_i64_field(name, INDEXED | FAST);
        }
        let schema = builder.build();
        let index = Tantivy::create_in_ram(schema.clone());
        index.tokenizers().register(TOKENIZER, analyzer());
        let writer = index.writer_with_num_threads(1, WRITER_BYTES)?;
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        Ok(Self {
            shape,
            schema,
            id,
            writer: Mutex::new(writer),
            reader,
        })
    }

    /// Adds or replaces documents; they are found when it returns.
    ///
    /// # Errors
    /// [`SearchError::Field`] for a field outside the shape.
    pub async fn put(&self, documents: Vec<Document>) -> Result<(), SearchError> {
        let mut writer = self.writer.lock().await;
        for document in documents {
            writer.delete_term(Term::from_field_text(self.id, &document.id));
            writer.add_document(self.lay_out(document)?)?;
        }
        writer.commit()?;
        self.reader.reload()?;
        Ok(())
    }

    /// Takes documents out; they are no longer found when it returns.
    ///
    /// # Errors
    /// [`SearchError::Index`].
    pub async fn remove(&self, ids: &[String]) -> Result<(), SearchError> {
        let mut writer = self.writer.lock().await;
        for id in ids {
            writer.delete_term(Term::from_field_text(self.id, id));
        }
        writer.commit()?;
        self.reader.reload()?;
        Ok(())
    }

    fn lay_out(&self, document: Document) -> Result<TantivyDocument, SearchError> {
        let mut out = TantivyDocument::new();
        out.add_text(self.id, &document.id);
        for (name, value) in document.texts.iter().chain(&document.facets) {
            out.add_text(self.field(name)?, value);
        }
        for (name, value) in document.numbers {
            out.add_i64(self.field(name)?, value);
        }
        Ok(out)
    }

    fn field(&self, name: &str) -> Result<Field, SearchError> {
        self.schema
            .get_field(name)
            .map_err(|_| SearchError::Field(name.to_owned()))
    }
}

/// Words in lower case without accents, so that "Café" and "cafe" meet.
fn analyzer() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(64))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = Shape {
        texts: &[("title", 3.0), ("body", 1.0)],
        facets: &["colour"],
        numbers: &["added", "size"],
    };

    fn document(id: &str, title: &str, body: &str, colours: &[&str], size: i64) -> Document {
        Document {
            id: id.into(),
            texts: vec![("title", title.into()), ("body", body.into())],
            facets: colours
                .iter()
                .map(|c| ("colour", (*c).to_owned()))
                .collect(),
            numbers: vec![("added", size), ("size", size)],
        }
    }

    async fn index() -> Index {
        let index = Index::new(SHAPE).unwrap();
        index
            .put(vec![
                document(
                    "a",
                    "Night Market",
                    "a warm lantern glow",
                    &["red", "gold"],
                    10,
                ),
                document("b", "Lantern Song", "walking home", &["gold"], 20),
                document("c", "Café Étude", "morning light", &["blue"], 30),
            ])
            .await
            .unwrap();
        index
    }

    fn ids(index: &Index, words: &str) -> Vec<String> {
        index
            .search(&Query {
                words: words.into(),
                limit: 10,
                ..Query::default()
            })
            .unwrap()
            .ids
    }

    #[tokio::test]
    async fn a_title_outranks_a_body_and_every_word_must_be_there() {
        let index = index().await;
        assert_eq!(ids(&index, "lantern"), ["b", "a"]);
        assert_eq!(ids(&index, "lantern glow"), ["a"]);
        assert!(ids(&index, "lantern zebra").is_empty());
    }

    #[tokio::test]
    async fn a_beginning_a_misspelling_and_a_missing_accent_find_their_word() {
        let index = index().await;
        assert_eq!(ids(&index, "mark"), ["a"]);
        assert_eq!(ids(&index, "lantren song"), ["b"]);
        assert_eq!(ids(&index, "cafe"), ["c"]);
        assert_eq!(ids(&index, "CAFÉ"), ["c"]);
    }

    #[tokio::test]
    async fn without_words_the_newest_comes_first_and_facets_are_counted() {
        let index = index().await;
        let hits = index
            .search(&Query {
                limit: 2,
                ..Query::default()
            })
            .unwrap();
        assert_eq!(
            (hits.total, hits.ids.as_slice()),
            (3, &["c".to_owned(), "b".to_owned()][..])
        );
        let colours = &hits.facets.iter().find(|(n, _)| *n == "colour").unwrap().1;
        let counted: Vec<_> = colours
            .iter()
            .map(|c| (c.value.as_str(), c.count))
            .collect();
        assert_eq!(counted, [("gold", 2), ("blue", 1), ("red", 1)]);
    }

    #[tokio::test]
    async fn facets_and_ranges_narrow() {
        let index = index().await;
        let query = Query {
            facets: vec![("colour", "gold".into())],
            ranges: vec![("size", Some(15), None)],
            limit: 10,
            ..Query::default()
        };
        assert_eq!(index.search(&query).unwrap().ids, ["b"]);
        let unknown = Query {
            facets: vec![("shape", "round".into())],
            ..Query::default()
        };
        assert!(matches!(index.search(&unknown), Err(SearchError::Field(_))));
    }

    #[tokio::test]
    async fn the_same_id_replaces_and_a_removed_one_is_gone() {
        let index = index().await;
        index
            .put(vec![document("a", "Day Market", "", &[], 1)])
            .await
            .unwrap();
        assert!(!ids(&index, "night").contains(&"a".to_owned()));
        assert_eq!(ids(&index, "day"), ["a"]);
        index.remove(&["a".into()]).await.unwrap();
        assert!(!ids(&index, "day").contains(&"a".to_owned()));
    }

    #[tokio::test]
    async fn hostile_words_are_only_words() {
        let index = index().await;
        for words in [
            "\" OR *:*",
            "title:[* TO *]",
            "((((",
            "\u{0}\u{202e}",
            &"x".repeat(10_000),
        ] {
            assert!(ids(&index, words).len() <= 3);
        }
    }
}
