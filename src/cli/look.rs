//! The flags that say in what colours pictures are written.

use std::path::Path;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use super::picture::is_png;
use crate::draw::{Background, Theme, themed};

/// The look of pictures.
#[derive(Args, Clone, Copy, Debug)]
pub struct Look {
    /// Colours of pictures.
    #[arg(long, value_enum, value_name = "THEME", default_value_t = Theme::Light)]
    pub theme: Theme,
    /// What is behind pictures.
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = Background::Plate)]
    pub background: Background,
}

impl Look {
    /// A picture in these colours, for a file of that name. Pixels cannot follow a screen.
    pub fn of(self, svg: &str, path: &Path) -> String {
        let theme = match self.theme {
            Theme::Auto if is_png(path) => Theme::Light,
            theme => theme,
        };
        themed(svg, theme, self.background)
    }
}

impl ValueEnum for Theme {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Light, Self::Dark, Self::Auto]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Light => PossibleValue::new("light").help("dark lines on white"),
            Self::Dark => PossibleValue::new("dark").help("light lines on black"),
            Self::Auto => PossibleValue::new("auto")
                .help("dark where the reader's screen is dark; a PNG is light"),
        })
    }
}

impl ValueEnum for Background {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Plate, Self::Transparent]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Plate => PossibleValue::new("plate").help("a sheet in the colour of the theme"),
            Self::Transparent => {
                PossibleValue::new("transparent").help("nothing: the page or slide shows through")
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::CurvePicture;

    #[test]
    fn only_svg_follows_the_screen() {
        let svg = CurvePicture::default().render();
        let look = Look {
            theme: Theme::Auto,
            background: Background::Plate,
        };
        assert_eq!(look.of(&svg, Path::new("a.png")), svg);
        assert!(look.of(&svg, Path::new("a.svg")).contains("<style>"));
    }
}
