//! Takes the few fonts that documents are set in out of the collection that a crate brings, so
//! that the program carries those and not the whole collection.

use std::path::PathBuf;
use std::{env, fs};

/// The fonts in use, by PostScript name.
const WANTED: [&str; 5] = [
    "LibertinusSerif-Regular",
    "LibertinusSerif-Bold",
    "LibertinusSerif-Italic",
    "LibertinusSerif-Semibold",
    "DejaVuSansMono",
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says where to write"));
    for wanted in WANTED {
        let font = typst_assets::fonts()
            .find(|font| name(font).as_deref() == Some(wanted))
            .unwrap_or_else(|| panic!("the collection has no font {wanted}"));
        fs::write(out.join(format!("{wanted}.font")), font)
            .unwrap_or_else(|e| panic!("{wanted} can't be written: {e}"));
    }
}

fn name(font: &[u8]) -> Option<String> {
    let face = ttf_parser::Face::parse(font, 0).ok()?;
    face.names()
        .into_iter()
        .find(|n| n.name_id == ttf_parser::name_id::POST_SCRIPT_NAME && n.is_unicode())?
        .to_string()
}
