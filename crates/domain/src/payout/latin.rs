//! Names in the letters that banks take: the Latin set of SEPA files (EPC217-08).

/// A text in SEPA's letters: accents are taken off, ligatures and umlauts spelled out, and what
/// has no Latin spelling becomes a full stop. At most `most` characters.
#[must_use]
pub fn latin(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.trim().chars() {
        match plain(letter) {
            Some(one) => out.push(one),
            None => out.push_str(spelled(letter).unwrap_or(".")),
        }
    }
    // A file may not hold two slashes in a row, nor begin or end with one.
    while out.contains("//") {
        out = out.replace("//", "/");
    }
    let cut: String = out.trim_matches('/').chars().take(most).collect();
    cut.trim().to_owned()
}

/// Whether all of a text's letters have a Latin spelling, so that a bank would know the name.
#[must_use]
pub fn is_latin(text: &str) -> bool {
    let known = |letter| plain(letter).is_some() || spelled(letter).is_some();
    let letters = text.chars().filter(|letter| letter.is_alphabetic());
    letters.clone().count() > 0 && letters.clone().all(known)
}

fn plain(letter: char) -> Option<char> {
    let signs = "/-?:().,'+ ";
    (letter.is_ascii_alphanumeric() || signs.contains(letter)).then_some(letter)
}

fn spelled(letter: char) -> Option<&'static str> {
    const TABLE: &[(&str, &str)] = &[
        ("ÀÁÂÃÅĀĂĄ", "A"),
        ("àáâãåāăą", "a"),
        ("ÄÆ", "Ae"),
        ("äæ", "ae"),
        ("ÇĆĈĊČ", "C"),
        ("çćĉċč", "c"),
        ("ĎĐÐ", "D"),
        ("ďđð", "d"),
        ("ÈÉÊËĒĔĖĘĚ", "E"),
        ("èéêëēĕėęě", "e"),
        ("ĜĞĠĢ", "G"),
        ("ĝğġģ", "g"),
        ("ĤĦ", "H"),
        ("ĥħ", "h"),
        ("ÌÍÎÏĨĪĬĮİ", "I"),
        ("ìíîïĩīĭįı", "i"),
        ("Ĵ", "J"),
        ("ĵ", "j"),
        ("Ķ", "K"),
        ("ķ", "k"),
        ("ĹĻĽĿŁ", "L"),
        ("ĺļľŀł", "l"),
        ("ÑŃŅŇ", "N"),
        ("ñńņň", "n"),
        ("ÒÓÔÕŌŎŐ", "O"),
        ("òóôõōŏő", "o"),
        ("ÖØŒ", "Oe"),
        ("öøœ", "oe"),
        ("ŔŖŘ", "R"),
        ("ŕŗř", "r"),
        ("ŚŜŞŠȘ", "S"),
        ("śŝşšș", "s"),
        ("ß", "ss"),
        ("ŢŤŦȚ", "T"),
        ("ţťŧț", "t"),
        ("Þ", "Th"),
        ("þ", "th"),
        ("ÙÚÛŨŪŬŮŰŲ", "U"),
        ("ùúûũūŭůűų", "u"),
        ("Ü", "Ue"),
        ("ü", "ue"),
        ("Ŵ", "W"),
        ("ŵ", "w"),
        ("ÝŶŸ", "Y"),
        ("ýÿŷ", "y"),
        ("ŹŻŽ", "Z"),
        ("źżž", "z"),
        ("&", "+"),
        ("’‘`´", "'"),
        ("–—", "-"),
        ("\u{a0}", " "),
    ];
    let found = TABLE.iter().find(|(letters, _)| letters.contains(letter));
    found.map(|(_, spelling)| *spelling)
}
