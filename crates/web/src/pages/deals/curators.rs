//! Curators: who sends buyers by a link.

use app::App;
use app::deals::curators::{self, Curator};
use app::offers::Hand;

use super::{Content, DealForm, DealRow, Noun, Step, input, percentage, submit, sure};
use crate::pages::filled::Filled;
use crate::problem::Problem;
use crate::words;

pub(super) const SHOWN: &[(&str, &str)] = &[
    ("slug", "slug"),
    ("name", "slug"),
    ("payee", "payee"),
    ("share", "share"),
];

pub(super) async fn content(app: &App, filled: &Filled) -> Result<Content, Problem> {
    let all = curators::list(app).await?;
    let most = words::basis_points(app.settings.rates.commission_bp);
    let field = |name| filled.field(name, "");
    let share_hint = format!("Out of the commission: at most {most}.");
    Ok(Content {
        about: "A curator sends buyers by their link and gets a part of the commission on what \
                these buy. The composers' share is the same either way."
            .into(),
        head: &["Word", "Who is paid", "Share", "Since"],
        rows: all.iter().map(|one| row(app, one)).collect(),
        empty: "There is no curator yet.",
        form: DealForm {
            heading: "Add a curator".into(),
            submit: submit(Noun::Curators, &[("do", "add")], "Add the curator"),
            inputs: vec![
                input(
                    "slug",
                    "Word in their links",
                    "2 to 32 letters, digits and hyphens.",
                    field("slug"),
                    "autocomplete=off maxlength=32 required",
                ),
                input(
                    "payee",
                    "Who is paid",
                    "The name or id of somebody who is paid here already.",
                    field("payee"),
                    "autocomplete=off required",
                ),
                input(
                    "share",
                    "Share, per cent",
                    &share_hint,
                    field("share"),
                    "inputmode=decimal autocomplete=off size=8 required",
                ),
            ],
        },
        undo: None,
    })
}

fn row(app: &App, one: &Curator) -> DealRow {
    let close = [("do", "close"), ("name", one.slug.as_str())];
    let open = one.closed.is_none();
    DealRow {
        name: one.slug.clone(),
        cells: vec![
            one.name.clone(),
            words::basis_points(one.share_bp),
            match one.closed {
                Some(at) => format!("closed on {}", words::date(at)),
                None => words::date(one.since),
            },
        ],
        over: !open,
        link: open.then(|| format!("{}/?via={}", app.settings.public_url, one.slug)),
        step: open.then(|| submit(Noun::Curators, &close, "Close")),
    }
}

pub(super) async fn step(app: &App, hand: Hand<'_>, filled: &Filled) -> Result<Step, Problem> {
    if filled.value("do") == "close" {
        let slug = filled.value("name");
        let words = format!(
            "{slug} gets no share of new quotes once they are closed; those given before still \
             credit them. It can't be undone, and the word stays taken."
        );
        if let Some(confirm) = sure(Noun::Curators, filled, slug, words) {
            return Ok(Step::Sure(confirm));
        }
        curators::close(app, &app.call(), hand, slug).await?;
        return Ok(Step::Closed(slug.to_owned()));
    }
    let who = (filled.value("slug"), filled.value("payee"));
    let share = percentage(filled, "share")?;
    let made = curators::add(app, &app.call(), hand, who, share).await?;
    Ok(Step::Made(made.slug))
}
