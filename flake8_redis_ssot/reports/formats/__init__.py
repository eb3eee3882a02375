"""The output formats, one module each, which is named as in `--output-format` (`_` for `-`) and defines `FORMAT`."""
