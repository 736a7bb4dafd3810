//! What a document promises: the same bytes each time, text that can be searched, and no input
//! that fails it.

use paper::{Align, Block, Column, Document, Frame, Seal, Style, Table};
use proptest::prelude::*;

fn certificate() -> Document {
    let mut paper = Document::new("Certificate of licence");
    paper.frame = Frame::Certificate;
    paper.author = "The Store".into();
    paper.footer = "The Store · https://store.example".into();
    paper.push(Block::centred(Style::Label, "The Store certifies"));
    paper.push(Block::centred(Style::Display, "Certificate of Licence"));
    paper.push(Block::Plate("7K3M9-QXD4T-0RWPD".into()));
    paper.push(Block::centred(
        Style::Title,
        "Ночной рынок — Νύχτα שלום 東京",
    ));
    let seal = Seal {
        code: "https://store.example/l/7K3M9-QXD4T-0RWPD".into(),
        ring: "SCAN TO VERIFY · THE STORE · ".into(),
        radius: 70,
    };
    paper.push(Block::Beside(
        60,
        vec![
            Block::text(Style::Label, "Granted to"),
            Block::text(Style::Lead, "Ada Byron"),
            Block::Sheet(vec![("Issued".into(), "2 March 2026".into())]),
        ],
        vec![Block::Seal(seal)],
    ));
    paper.push(Block::Rule);
    paper.push(Block::List(
        '✓',
        vec!["Publish one video on TikTok.".into()],
    ));
    paper.push(Block::Table(Table {
        columns: vec![Column::text("File", 4), Column::number("Length", 1)],
        rows: (0..90)
            .map(|n| vec![format!("stem {n}"), "0:15".into()])
            .collect(),
        totals: vec![vec!["Total".into(), "22:30".into()]],
    }));
    paper
}

fn count(pdf: &[u8], what: &[u8]) -> usize {
    pdf.windows(what.len()).filter(|w| *w == what).count()
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let pdf = certificate().to_pdf();
    assert_eq!(pdf, certificate().to_pdf());
    // For looking at.
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("certificate.pdf");
    std::fs::write(path, &pdf).unwrap();
}

#[test]
fn a_long_table_runs_over_pages_and_fonts_are_embedded_as_subsets() {
    let pdf = certificate().to_pdf();
    assert!(pdf.starts_with(b"%PDF-1.7"));
    assert!(
        count(&pdf, b"/Type /Page\n") >= 3,
        "{}",
        count(&pdf, b"/Type /Page\n")
    );
    assert!(count(&pdf, b"+LibertinusSerif-Regular") >= 1);
    assert!(pdf.len() < 120_000, "{}", pdf.len());
}

#[test]
fn an_address_in_a_seal_can_be_clicked_and_nothing_else() {
    let with = |code: &str| {
        let mut paper = Document::new("x");
        paper.push(Block::Seal(Seal {
            code: code.into(),
            ring: String::new(),
            radius: 70,
        }));
        count(&paper.to_pdf(), b"/URI")
    };
    assert!(with("https://store.example") > 0);
    assert_eq!(with("javascript:alert(1)"), 0);
}

fn style() -> impl Strategy<Value = Style> {
    prop::sample::select(vec![
        Style::Display,
        Style::Title,
        Style::Heading,
        Style::Label,
        Style::Lead,
        Style::Body,
        Style::Strong,
        Style::Small,
        Style::Code,
    ])
}

fn block() -> impl Strategy<Value = Block> {
    let text = "\\PC{0,400}|(?s:.{0,60})";
    prop_oneof![
        (style(), text).prop_map(|(style, text)| Block::Text(style, Align::Centre, text)),
        prop::collection::vec((text, text), 0..4).prop_map(Block::Sheet),
        (any::<char>(), prop::collection::vec(text, 0..4))
            .prop_map(|(c, points)| Block::List(c, points)),
        text.prop_map(Block::Plate),
        (text, text, any::<u16>()).prop_map(|(code, ring, radius)| Block::Seal(Seal {
            code,
            ring,
            radius
        })),
        (
            prop::collection::vec(any::<u16>(), 0..5),
            prop::collection::vec(prop::collection::vec(text, 0..6), 0..5)
        )
            .prop_map(|(parts, rows)| Block::Table(Table {
                columns: parts.into_iter().map(|p| Column::number("#", p)).collect(),
                totals: rows.clone(),
                rows,
            })),
        any::<u16>().prop_map(Block::Gap),
        Just(Block::PageBreak),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_text_fails_a_document(blocks in prop::collection::vec(block(), 0..6), title in ".*", parts in any::<u8>()) {
        let mut paper = Document::new(title);
        paper.push(Block::Beside(parts, blocks.clone(), blocks.clone()));
        paper.blocks.extend(blocks);
        prop_assert!(paper.to_pdf().ends_with(b"%%EOF"));
    }
}
