//! What a stated use would cost, and why.

use std::sync::Arc;

use app::App;
use app::catalogue::show;
use app::licensing::QuotedOption;
use app::licensing::quote::{self, Ask};
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use domain::quote::NotCovering as Lacking;
use domain::{QuoteId, Tier};

use super::card::{preview_url, wave};
use super::frame::Frame;
use super::standing::{price_lines, terms};
use super::use_form::Answers;
use super::view::{Covering, Hidden, NotCovering, QuotePage, Submit};
use crate::problem::Problem;
use crate::words;

/// `GET /tracks/{slug}/license`.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    frame: Frame,
) -> Result<Response, Problem> {
    let track = show::track(&app, &name).await?;
    let answers = Answers::read(query.as_deref());
    let ask = Ask::Track {
        track: track.id.to_string(),
        wanted: Box::new(answers.intended(&track)),
    };
    let given = quote::quote(&app, &mut app.call(), &ask).await?;
    let covering = given
        .options
        .iter()
        .map(|option| covering(given.id, option));
    let until = words::moment(given.expires_at);
    super::html(&QuotePage {
        shell: frame.unlisted(format!("License {}", track.title)),
        preview_url: preview_url(&track),
        wave: wave(&track, super::view::wave::CARD),
        stated_use: answers.words(),
        use_form: answers.form(&track),
        covering: covering.collect::<Result<_, _>>()?,
        not_covering: given.not_covering.iter().map(not_covering).collect(),
        valid_until: (!given.options.is_empty())
            .then(|| format!("These prices hold until {until}.")),
        slug: track.slug,
        title: track.title,
        artist: track.artist.name,
    })
}

fn covering(quote: QuoteId, option: &QuotedOption) -> Result<Covering, Problem> {
    let total = option.total()?;
    let price = words::price(total);
    Ok(Covering {
        asset: option.asset.label().into(),
        tier: tier(&option.tier),
        lines: price_lines(&option.lines, option.tax_included.as_ref(), total),
        terms: terms(&option.envelope),
        submit: Submit {
            action: "/checkout".into(),
            hidden: hidden(quote, &option.offer),
            label: format!("Continue — {price}"),
        },
        price,
    })
}

/// What names an option on its way to the checkout.
pub(crate) fn hidden(quote: QuoteId, offer: &str) -> Vec<Hidden> {
    vec![
        Hidden {
            name: "quote".into(),
            value: quote.to_string(),
        },
        Hidden {
            name: "offer".into(),
            value: offer.into(),
        },
    ]
}

fn not_covering(lacking: &Lacking) -> NotCovering {
    NotCovering {
        asset: lacking.asset.label().into(),
        tier: lacking.tier.label().into(),
        price: words::price(lacking.list_price),
        missing: lacking.shortfalls.iter().map(|s| s.sentence()).collect(),
    }
}

fn tier(word: &str) -> String {
    word.parse::<Tier>()
        .map_or_else(|_| word.to_owned(), |tier| tier.label().to_owned())
}
