#include "console/document.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "console/latex.hpp"
#include "console/numbers.hpp"
#include "console/overloaded.hpp"
#include "console/text.hpp"

namespace skein::app {
namespace {

/// A cell as it is written in a table or a sentence.
std::string render_cell(const Cell& cell, Format format, int digits) {
    return std::visit(
        Overloaded{[&](const Formula& formula) {
                       return format == Format::text ? formula.text : "$" + latex_formula(formula.text, true) + "$";
                   },
                   [&](const Number& number) {
                       const std::string text = rounded(number.value, number.digits > 0 ? number.digits : digits);
                       return format == Format::latex ? "$" + latex_number(text) + "$" : text;
                   },
                   [&](const std::string& words) { return format == Format::latex ? latex_words(words) : words; }},
        cell);
}

using TextRows = std::vector<std::vector<std::string>>;

TextRows cells_of(const Table& table, Format format, int digits) {
    TextRows rows;
    if (!table.header.empty()) {
        std::vector<std::string> header;
        for (const Formula& formula : table.header) {
            header.push_back(render_cell(formula, format, digits));
        }
        rows.push_back(std::move(header));
    }
    for (const std::vector<Cell>& row : table.rows) {
        std::vector<std::string> cells;
        for (const Cell& cell : row) {
            cells.push_back(render_cell(cell, format, digits));
        }
        rows.push_back(std::move(cells));
    }
    return rows;
}

std::vector<std::size_t> widths_of(const TextRows& rows) {
    std::vector<std::size_t> widths(rows.empty() ? 0 : rows.front().size());
    for (const std::vector<std::string>& row : rows) {
        for (std::size_t column = 0; column < widths.size(); ++column) {
            widths[column] = std::max(widths[column], row[column].size());
        }
    }
    return widths;
}

/// The cells of a row with `between` them, each padded to the width of its column. Cells are aligned right; with
/// `names_first` the first one is aligned left.
std::string joined_row(const std::vector<std::string>& row, const std::vector<std::size_t>& widths,
                       std::string_view between, bool names_first) {
    std::string line;
    for (std::size_t column = 0; column < row.size(); ++column) {
        line += column == 0 ? std::string_view() : between;
        line += column == 0 && names_first ? fmt::format("{:<{}}", row[column], widths[column])
                                           : fmt::format("{:>{}}", row[column], widths[column]);
    }
    return line;
}

std::string text_table(const Table& table, int digits) {
    const TextRows rows = cells_of(table, Format::text, digits);
    const std::vector<std::size_t> widths = widths_of(rows);
    std::string text;
    for (const std::vector<std::string>& row : rows) {
        text += fmt::format("  {}\n", joined_row(row, widths, "  ", table.header.empty()));
    }
    return text;
}

std::string markdown_table(const Table& table, int digits) {
    TextRows rows = cells_of(table, Format::markdown, digits);
    if (table.header.empty()) {
        rows.insert(rows.begin(), std::vector<std::string>(rows.front().size()));
    }
    const std::vector<std::size_t> widths = widths_of(rows);
    std::string text = fmt::format("| {} |\n|", joined_row(rows[0], widths, " | ", table.header.empty()));
    for (std::size_t column = 0; column < widths.size(); ++column) {
        text += std::string(widths[column] + 1, '-') + (column == 0 && table.header.empty() ? "-|" : ":|");
    }
    text += "\n";
    for (std::size_t index = 1; index < rows.size(); ++index) {
        text += fmt::format("| {} |\n", joined_row(rows[index], widths, " | ", table.header.empty()));
    }
    return text;
}

std::string render_part(const Heading& heading, Format format, int) {
    switch (format) {
        case Format::text: return heading.text + "\n";
        case Format::markdown: return "## " + heading.text + "\n";
        case Format::latex: return latex_heading(heading.text);
    }
    return "";
}

std::string render_part(const Paragraph& paragraph, Format format, int digits) {
    std::string text = format == Format::text ? "  " : "";
    for (const Cell& part : paragraph.parts) {
        text += render_cell(part, format, digits);
    }
    return text + "\n";
}

std::string render_part(const Equation& equation, Format format, int) {
    switch (format) {
        case Format::text: return "  " + joined(equation.lines, "\n  ") + "\n";
        case Format::markdown: return "$$\n\\begin{aligned}\n" + latex_lines(equation.lines) + "\\end{aligned}\n$$\n";
        case Format::latex: return "\\begin{align*}\n" + latex_lines(equation.lines) + "\\end{align*}\n";
    }
    return "";
}

std::string render_part(const Table& table, Format format, int digits) {
    switch (format) {
        case Format::text: return text_table(table, digits);
        case Format::markdown: return markdown_table(table, digits);
        case Format::latex:
            return latex_table(cells_of(table, Format::latex, digits), cells_of(table, Format::text, digits),
                               !table.header.empty());
    }
    return "";
}

}  // namespace

std::string plain_text(const Words& words, int digits) {
    std::string text;
    for (const Cell& word : words) {
        text += render_cell(word, Format::text, digits);
    }
    return text;
}

std::string render(const Document& document, Format format, int digits) {
    std::string text;
    for (const auto& part : document) {
        const bool is_first = &part == &document.front();
        const bool is_alone = std::holds_alternative<Heading>(part) || std::holds_alternative<Table>(part);
        const bool is_equation = std::holds_alternative<Equation>(part);
        // In LaTeX a formula belongs to the paragraph before it.
        if (!is_first && (is_alone || format == Format::markdown || (format == Format::latex && !is_equation))) {
            text += "\n";
        }
        text += std::visit([&](const auto& content) { return render_part(content, format, digits); }, part);
    }
    return format == Format::latex ? latex_fragment(text) : text;
}

}  // namespace skein::app
