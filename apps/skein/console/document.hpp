// A small document that is printed as plain text, Markdown or LaTeX.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace skein::app {

enum class Format : std::uint8_t { text, markdown, latex };
inline constexpr std::array<std::string_view, 3> kFormatNames{"text", "markdown", "latex"};

/// A formula in the spelling of the docs: "dloss/dw_1", "f'(z_2)", "delta_3", "2 (f_L - y)", "eta". In Markdown and
/// LaTeX it becomes mathematics.
struct Formula {
    std::string text;
};

struct Number {
    double value;
};
/// A part of a table or a sentence: a formula, a number or words.
using Cell = std::variant<Formula, Number, std::string>;

struct Heading {
    std::string text;
};
struct Paragraph {
    std::vector<Cell> parts;
};
/// A formula on lines of its own, aligned at the first " = " of each line.
struct Equation {
    std::vector<std::string> lines;
};
struct Table {
    std::vector<Formula> header;  // may be empty
    std::vector<std::vector<Cell>> rows;
};

using Document = std::vector<std::variant<Heading, Paragraph, Equation, Table>>;

/// The text of the document, numbers with `digits` significant digits. For LaTeX a whole file that pdflatex compiles.
std::string render(const Document& document, Format format, int digits);

/// A formula in LaTeX: "dloss/dw_1" becomes \frac{\partial \ell}{\partial w_{1}}.
std::string latex_formula(std::string_view formula);

}  // namespace skein::app
