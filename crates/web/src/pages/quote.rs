//! What a stated use would cost, and why.

use std::sync::Arc;

use app::App;
use app::catalogue::show;
use app::licensing::quote::{self, Ask};
use app::licensing::{Lacking, QuotedOption};
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;

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
        stem: answers.stem(),
    };
    // Looking keeps nothing: the quote is made when one of its options is chosen.
    let given = quote::look(&app, &mut app.call(), &ask).await?;
    let covering = given
        .options
        .iter()
        .map(|option| covering(chosen(&track.slug, &answers, option), option));
    super::html(&QuotePage {
        shell: frame.unlisted(format!("License {}", track.title)),
        preview_url: preview_url(&track),
        wave: wave(&track, super::view::wave::CARD),
        stated_use: answers.words(),
        use_form: answers.form(&track),
        covering: covering.collect::<Result<_, _>>()?,
        not_covering: given.not_covering.iter().map(not_covering).collect(),
        valid_until: (!given.options.is_empty())
            .then(|| "The price you choose is held for 30 minutes.".to_owned()),
        track_href: answers.track_href(&track.slug),
        slug: track.slug,
        title: track.title,
        artist: track.artist.name,
    })
}

/// What leads from an option that is looked at to a quote that holds it.
fn chosen(slug: &str, answers: &Answers, option: &QuotedOption) -> Vec<Hidden> {
    let field = |name: &str, value: &str| Hidden {
        name: name.into(),
        value: value.into(),
    };
    let mut fields = vec![
        field("track", slug),
        field("use", &answers.query()),
        field("offer", &option.offer),
    ];
    fields.extend(answers.via().map(|via| field("via", via)));
    fields
}

/// An option as it is shown, with what its button sends to the checkout.
pub(crate) fn covering(hidden: Vec<Hidden>, option: &QuotedOption) -> Result<Covering, Problem> {
    let total = option.total()?;
    let price = words::price(total);
    let (asset, tier) = match option.label.strip_suffix(" tier") {
        Some(label) => label.rsplit_once(", ").unwrap_or((label, "")),
        None => (option.label.as_str(), "any track"),
    };
    let note = (option.draws_ms).map(|draws| {
        let draws = words::span(draws);
        format!("This use would draw {draws} of it; the rest stays for others, of any track.")
    });
    Ok(Covering {
        asset: asset.into(),
        tier: tier.into(),
        note,
        lines: price_lines(&option.lines, option.tax_included.as_ref(), total),
        terms: terms(&option.envelope),
        submit: Submit {
            action: "/checkout".into(),
            hidden,
            label: format!("Continue — {price}"),
        },
        price,
    })
}

fn not_covering(lacking: &Lacking) -> NotCovering {
    NotCovering {
        asset: lacking.asset.label().into(),
        tier: lacking.tier.label(),
        price: words::price(lacking.list_price),
        missing: lacking.shortfalls.iter().map(|s| s.sentence()).collect(),
    }
}
