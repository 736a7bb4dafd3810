//! Statements whose parameters come in the order of their numbers, spelt without the numbers.
//!
//! SQLite keeps a list of the names of a statement's parameters and walks along it to tell the
//! driver each one's: for a statement that writes a hundred rows that is most of its work. A
//! parameter without a number has no name.

/// From how many parameters on it is worth it.
const MANY: usize = 32;

/// The statement with `?` for each `$n`, where these are `$1`, `$2` … `$count` in this order.
pub(super) fn unnamed(sql: &str, count: usize) -> Option<String> {
    if count < MANY {
        return None;
    }
    let mut out = String::with_capacity(sql.len());
    let (mut rest, mut next) = (sql, 1_usize);
    while let Some(at) = rest.find(['$', '\'']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let end = match from.strip_prefix('\'') {
            // A text, to its end: a doubled quote begins another.
            Some(text) => 2 + text.find('\'')?,
            None => {
                let digits = from[1..].bytes().take_while(u8::is_ascii_digit).count();
                if from[1..=digits].parse() != Ok(next) {
                    return None;
                }
                next += 1;
                out.push('?');
                rest = &from[1 + digits..];
                continue;
            }
        };
        out.push_str(&from[..end]);
        rest = &from[end..];
    }
    out.push_str(rest);
    (next == count + 1).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::unnamed;

    fn values(from: usize, to: usize) -> String {
        let all: Vec<String> = (from..=to).map(|n| format!("${n}")).collect();
        all.join(", ")
    }

    #[test]
    fn parameters_in_order_lose_their_numbers() {
        let sql = format!("insert into t values ({}) -- 'it''s $7'", values(1, 40));
        let marks = vec!["?"; 40].join(", ");
        let wanted = format!("insert into t values ({marks}) -- 'it''s $7'");
        assert_eq!(unnamed(&sql, 40), Some(wanted));
    }

    #[test]
    fn others_stay_as_they_are() {
        for (sql, count) in [
            (values(1, 31), 31),
            (values(2, 41), 40),
            (values(1, 39), 40),
            (values(1, 41), 40),
            (format!("{}, $7", values(1, 40)), 40),
            (format!("{}, $", values(1, 40)), 40),
            (format!("{}, 'open", values(1, 40)), 40),
        ] {
            assert_eq!(unnamed(&sql, count), None, "{sql}");
        }
    }
}
