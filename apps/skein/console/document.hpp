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

/// A formula in the spelling of the docs: "dloss/dw_1", "f'(z_2)", "delta_3", "2 (f_L - y)", "eta", "1 if f_i > 0, else
/// 0". In Markdown and LaTeX it becomes mathematics.
struct Formula {
    std::string text;
};

struct Number {
    double value;
    int digits = 0;  // significant ones; 0: as many as in the rest of the document
};
/// A part of a table or a sentence: a formula, a number or words.
using Cell = std::variant<Formula, Number, std::string>;
/// A sentence, or a part of one.
using Words = std::vector<Cell>;

struct Heading {
    std::string text;
};
struct Paragraph {
    Words parts;
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

/// The text of the document, numbers with `digits` significant digits. For LaTeX a fragment: see latex.hpp.
std::string render(const Document& document, Format format, int digits);

/// The words as they stand in the document as plain text.
std::string plain_text(const Words& words, int digits = 6);

}  // namespace skein::app
