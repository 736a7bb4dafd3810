//! The frame around every page: head, header, footer, theme and sign-in state.

/// The colour scheme a visitor asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// Follow the device (`prefers-color-scheme`): nothing has been chosen.
    #[default]
    Auto,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// Reads the value of the `clearcue_theme` cookie or of the `theme` form field;
    /// anything unknown means [`Theme::Auto`].
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        match word {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::Auto,
        }
    }

    /// The word used in the cookie, in the form and as `data-theme` on `<html>`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// Who is signed in.
#[derive(Debug, Clone)]
pub struct Session {
    /// The name that stands before their own pages, for instance `Ada Moreau`.
    pub name: String,
    /// Their own pages, in the order of the menu: the address, and what stands there.
    pub links: Vec<(&'static str, &'static str)>,
}

/// What every page carries besides its own content.
#[derive(Debug, Clone)]
pub struct Shell {
    /// The page's title, without the store's name: that is added behind it.
    pub title: String,
    /// One sentence for search engines and shared links.
    pub description: String,
    /// The path of this page, to come back to after a theme change, for instance `/tracks/nova`.
    pub path: String,
    /// The text in the header's search box; empty where nothing has been searched.
    pub query: String,
    /// The chosen colour scheme.
    pub theme: Theme,
    /// The signed-in person, if any.
    pub session: Option<Session>,
    /// A short fingerprint of the built assets; it is added to their URLs so that they may
    /// be cached for ever.
    pub assets: String,
    /// Whether robots must leave the page alone (private pages, forms, results).
    pub unlisted: bool,
}

impl Shell {
    /// Whether this page is the one that the menu entry of `href` leads to.
    #[must_use]
    pub fn is_at(&self, href: &str) -> bool {
        self.path == href
    }

    /// The scheme that the toggle without script offers next: the other one, or dark first.
    #[must_use]
    pub fn other_theme(&self) -> &'static str {
        match self.theme {
            Theme::Dark => Theme::Light.word(),
            Theme::Auto | Theme::Light => Theme::Dark.word(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Theme;

    #[test]
    fn a_theme_survives_its_cookie_and_an_unknown_word_follows_the_device() {
        for theme in [Theme::Auto, Theme::Light, Theme::Dark] {
            assert_eq!(Theme::from_word(theme.word()), theme);
        }
        assert_eq!(Theme::from_word("sepia"), Theme::Auto);
    }
}
