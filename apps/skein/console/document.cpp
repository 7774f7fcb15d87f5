#include "console/document.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "console/numbers.hpp"
#include "console/overloaded.hpp"

namespace skein::app {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    for (std::size_t place = text.find(from); place != std::string::npos; place = text.find(from, place + to.size())) {
        text.replace(place, from.size(), to);
    }
    return text;
}

bool is_index(char letter) { return (letter >= '0' && letter <= '9') || letter == 'i' || letter == 'L'; }

/// "w_12" becomes "w_{12}"; "f_{i-1}" stays.
std::string with_braced_indices(std::string_view text) {
    std::string braced;
    for (std::size_t place = 0; place < text.size(); ++place) {
        braced += text[place];
        if (text[place] != '_' || place + 1 == text.size() || !is_index(text[place + 1])) {
            continue;
        }
        std::size_t end = place + 1;
        while (end < text.size() && is_index(text[end])) {
            ++end;
        }
        braced += fmt::format("{{{}}}", text.substr(place + 1, end - place - 1));
        place = end - 1;
    }
    return braced;
}

/// 3.2e-09 becomes 3.2 \times 10^{-9}.
std::string latex_number(const std::string& number) {
    const std::size_t exponent = number.find('e');
    if (exponent == std::string::npos) {
        return number == "inf" ? "\\infty" : number == "-inf" ? "-\\infty" : number == "nan" ? "\\mathrm{NaN}" : number;
    }
    return fmt::format("{} \\times 10^{{{}}}", number.substr(0, exponent), std::stoi(number.substr(exponent + 1)));
}

std::string latex_words(std::string_view words) {
    std::string text;
    for (const char letter : words) {
        switch (letter) {
            case '_':
            case '&':
            case '%':
            case '#':
            case '$':
            case '{':
            case '}':
                text += '\\';
                text += letter;
                break;
            case '<':
            case '>': text += fmt::format("${}$", letter); break;
            case '\\': text += "\\textbackslash{}"; break;
            case '^': text += "\\textasciicircum{}"; break;
            case '~': text += "\\textasciitilde{}"; break;
            default: text += letter;
        }
    }
    return text;
}

/// A cell as it is written in a table or a sentence.
std::string render_cell(const Cell& cell, Format format, int digits) {
    return std::visit(
        Overloaded{[&](const Formula& formula) {
                       return format == Format::text ? formula.text : "$" + latex_formula(formula.text) + "$";
                   },
                   [&](const Number& number) {
                       const std::string text = rounded(number.value, digits);
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

/// A table longer than a page may break across pages.
std::string latex_table(const Table& table, int digits) {
    constexpr std::size_t kRowsOfAPage = 40;
    const TextRows rows = cells_of(table, Format::latex, digits);
    const std::vector<std::size_t> widths = widths_of(rows);
    const std::string environment = rows.size() > kRowsOfAPage ? "longtable" : "tabular";
    std::string text = fmt::format("\\begin{{{}}}{{{}{:r<{}}}}\n\\hline\n", environment,
                                   table.header.empty() ? "l" : "r", "", widths.size() - 1);
    for (std::size_t index = 0; index < rows.size(); ++index) {
        text += fmt::format("{} \\\\\n", joined_row(rows[index], widths, " & ", table.header.empty()));
        if (index == 0 && !table.header.empty()) {
            text += "\\hline\n";
        }
    }
    text += fmt::format("\\hline\n\\end{{{}}}\n", environment);
    return environment == "longtable" ? text : fmt::format("\\begin{{center}}\n{}\\end{{center}}\n", text);
}

std::string render_part(const Heading& heading, Format format, int) {
    switch (format) {
        case Format::text: return heading.text + "\n";
        case Format::markdown: return "## " + heading.text + "\n";
        case Format::latex: return fmt::format("\\subsection*{{{}}}\n", latex_words(heading.text));
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
    std::string text = format == Format::text       ? ""
                       : format == Format::markdown ? "$$\n\\begin{aligned}\n"
                                                    : "\\begin{align*}\n";
    for (std::size_t index = 0; index < equation.lines.size(); ++index) {
        const std::string& line = equation.lines[index];
        if (format == Format::text) {
            text += "  " + line + "\n";
            continue;
        }
        const std::size_t equals = line.find(" = ");
        text += latex_formula(line.substr(0, equals)) +
                (equals == std::string::npos ? "" : " &= " + latex_formula(line.substr(equals + 3))) +
                (index + 1 < equation.lines.size() ? " \\\\\n" : "\n");
    }
    return text + (format == Format::text       ? ""
                   : format == Format::markdown ? "\\end{aligned}\n$$\n"
                                                : "\\end{align*}\n");
}

std::string render_part(const Table& table, Format format, int digits) {
    switch (format) {
        case Format::text: return text_table(table, digits);
        case Format::markdown: return markdown_table(table, digits);
        case Format::latex: return latex_table(table, digits);
    }
    return "";
}

}  // namespace

std::string latex_formula(std::string_view formula) {
    std::string text = with_braced_indices(formula);
    for (std::size_t place = text.find("dloss/dw_{"); place != std::string::npos; place = text.find("dloss/dw_{")) {
        const std::size_t end = text.find('}', place);
        const std::string index = text.substr(place + 9, end - place - 8);
        text.replace(place, end + 1 - place, fmt::format("\\frac{{\\partial \\ell}}{{\\partial w_{}}}", index));
    }
    text = replaced(std::move(text), "delta", "\\delta");
    text = replaced(std::move(text), " eta ", " \\eta ");
    text = replaced(std::move(text), "loss", "\\ell");
    text = replaced(std::move(text), " 2 (", " \\cdot 2 (");
    for (const char* words : {"by differences", "apart", "allowed", "agree"}) {
        text = replaced(std::move(text), words, fmt::format("\\text{{{}}}", words));
    }
    text = replaced(std::move(text), "<-", "\\leftarrow");
    return replaced(std::move(text), "...", "\\cdots ");
}

std::string render(const Document& document, Format format, int digits) {
    constexpr std::string_view kPreamble =
        "\\documentclass{article}\n\\usepackage{amsmath,longtable}\n\\begin{document}\n\n";
    std::string text(format == Format::latex ? kPreamble : "");
    for (const auto& part : document) {
        const bool is_first = &part == &document.front();
        const bool is_alone = std::holds_alternative<Heading>(part) || std::holds_alternative<Table>(part);
        if (!is_first && (format != Format::text || is_alone)) {
            text += "\n";
        }
        text += std::visit([&](const auto& content) { return render_part(content, format, digits); }, part);
    }
    return format == Format::latex ? text + "\n\\end{document}\n" : text;
}

}  // namespace skein::app
