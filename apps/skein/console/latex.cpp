#include "console/latex.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

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

std::string latex_ascii(char letter) {
    switch (letter) {
        case '_':
        case '&':
        case '%':
        case '#':
        case '$':
        case '{':
        case '}': return {'\\', letter};
        case '<':
        case '>': return fmt::format("${}$", letter);
        case '\\': return "\\textbackslash{}";
        case '^': return "\\textasciicircum{}";
        case '~': return "\\textasciitilde{}";
        case '|': return "\\textbar{}";
        case '`': return "\\textasciigrave{}";
        case '"': return "{\\char34}";  // babel gives it a meaning in some languages
        default: return std::iscntrl(static_cast<unsigned char>(letter)) != 0 ? "?" : std::string{letter};
    }
}

/// The bytes of the UTF-8 character that begins `text`, at least 1.
std::size_t character_bytes(std::string_view text) {
    const auto is_within = [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U; };
    return static_cast<std::size_t>(std::find_if_not(text.begin() + 1, text.end(), is_within) - text.begin());
}

/// The letters of Western Europe, from U+00C0 to U+00FF, that any font of LaTeX has.
bool is_known_letter(std::string_view character) {
    constexpr std::string_view kUnknown = "\x90\x97\x9e\xb0\xb7\xbe";  // eth, thorn, times and divided by
    return character.size() == 2 && character[0] == '\xc3' && kUnknown.find(character[1]) == std::string_view::npos;
}

/// A word between two spaces. A long one may be broken after punctuation, and after every sixteenth letter.
std::string latex_word(std::string_view word) {
    constexpr std::size_t kLong = 20;
    constexpr std::size_t kMostUnbroken = 16;
    std::string text;
    std::size_t unbroken = 0;
    for (std::size_t place = 0; place < word.size();) {
        const std::string_view character = word.substr(place, character_bytes(word.substr(place)));
        const auto first = static_cast<unsigned char>(character[0]);
        text += first < 0x80 ? latex_ascii(character[0]) : std::string(is_known_letter(character) ? character : "?");
        place += character.size();
        if (place == word.size()) {
            break;
        }
        ++unbroken;
        if (word.size() > kLong && ((first < 0x80 && std::isalnum(first) == 0) || unbroken == kMostUnbroken)) {
            text += "\\allowbreak{}";
            unbroken = 0;
        } else if ((first == '-' || first == '\'' || first == ',') && word[place] == character[0]) {
            text += "{}";  // no dash, and no quotation mark
        }
    }
    return text;
}

/// How wide a cell is in points, in letters of 10 points.
double points_of(std::string_view plain) {
    constexpr double kLetter = 5.0;
    constexpr double kPower = 18.0;  // by which "\times 10" is wider than "e"
    const bool has_power = plain.size() > 3 && std::isdigit(static_cast<unsigned char>(plain.back())) != 0 &&
                           plain.find_first_not_of("0123456789.e+-") == std::string_view::npos &&
                           plain.find('e') != std::string_view::npos;
    return kLetter * static_cast<double>(plain.size()) + (has_power ? kPower : 0.0);
}

using LatexRows = std::vector<std::vector<std::string>>;

std::vector<double> column_widths(const LatexRows& plain) {
    std::vector<double> widths(plain.empty() ? 0 : plain.front().size());
    for (const std::vector<std::string>& row : plain) {
        for (std::size_t column = 0; column < widths.size(); ++column) {
            widths[column] = std::max(widths[column], points_of(row[column]));
        }
    }
    return widths;
}

/// How many columns, besides the first one, a table may have for a slide (4:3).
std::size_t columns_of_piece(const std::vector<double>& widths) {
    constexpr double kSlideWidth = 300.0;
    constexpr double kLetterSize = 0.9;  // \footnotesize on a slide
    constexpr double kBetween = 8.0;
    const std::size_t num_columns = widths.size() - 1;
    for (std::size_t num_pieces = 1; num_pieces < num_columns; ++num_pieces) {
        const std::size_t columns = (num_columns + num_pieces - 1) / num_pieces;
        bool fits = true;
        for (std::size_t first = 1; first <= num_columns; first += columns) {
            double width = kLetterSize * widths[0];
            for (std::size_t column = first; column < std::min(first + columns, widths.size()); ++column) {
                width += kBetween + kLetterSize * widths[column];
            }
            fits = fits && width <= kSlideWidth;
        }
        if (fits) {
            return columns;
        }
    }
    return 1;
}

/// Rows of a table from `top` on; its first column, and those from `left` to before `right`.
struct TablePiece {
    std::size_t top, num_rows, left, right;
};

/// Pieces next to each other stand on one line (a table that hangs below it counts for nothing when a slide is broken).
/// So one with fewer rows gets empty ones under it.
std::string latex_piece(const LatexRows& rows, bool has_header, const TablePiece& piece) {
    const auto row_of = [&](const std::vector<std::string>& row) {
        std::string line = row[0];
        for (std::size_t column = piece.left; column < piece.right; ++column) {
            line += " & " + row[column];
        }
        return line + " \\\\\n";
    };
    std::string text = fmt::format("\\begin{{tabular}}[b]{{@{{}}{}{:r<{}}@{{}}}}\n\\hline\n", has_header ? "r" : "l",
                                   "", piece.right - piece.left);
    text += has_header ? row_of(rows[0]) + "\\hline\n" : "";
    const std::size_t end = piece.top + piece.num_rows;
    for (std::size_t row = piece.top; row < std::min(end, rows.size()); ++row) {
        text += row_of(rows[row]);
    }
    text += "\\hline\n";
    for (std::size_t row = rows.size(); row < end; ++row) {
        text += "\\\\\n";
    }
    return text + "\\end{tabular}";
}

}  // namespace

std::string latex_words(std::string_view words) {
    std::string text;
    while (true) {
        const std::size_t space = words.find(' ');
        text += latex_word(words.substr(0, space));
        if (space == std::string_view::npos) {
            return text;
        }
        text += ' ';
        words.remove_prefix(space + 1);
    }
}

std::string latex_number(const std::string& number) {
    const std::size_t exponent = number.find('e');
    if (exponent == std::string::npos) {
        return number == "inf" ? "\\infty" : number == "-inf" ? "-\\infty" : number == "nan" ? "\\mathrm{NaN}" : number;
    }
    return fmt::format("{}\\times 10^{{{}}}", number.substr(0, exponent), std::stoi(number.substr(exponent + 1)));
}

std::string latex_formula(std::string_view formula, bool is_inline) {
    std::string text = with_braced_indices(formula);
    for (std::size_t place = text.find("dloss/dw_{"); place != std::string::npos; place = text.find("dloss/dw_{")) {
        const std::size_t end = text.find('}', place);
        const std::string index = text.substr(place + 9, end - place - 8);
        text.replace(
            place, end + 1 - place,
            is_inline ? "\\partial \\ell/\\partial w_" + index : "\\frac{\\partial \\ell}{\\partial w_" + index + "}");
    }
    text = replaced(std::move(text), "delta", "\\delta");
    text = replaced(std::move(text), " eta ", " \\eta ");
    text = replaced(std::move(text), "loss", "\\ell");
    text = replaced(std::move(text), "exp", "\\exp");
    text = replaced(std::move(text), " 2 (", " \\cdot 2 (");
    for (const char* words : {"by differences", "apart", "allowed", "agree", " if ", " else "}) {
        text = replaced(std::move(text), words, fmt::format("\\text{{{}}}", words));
    }
    text = replaced(std::move(text), ",  ", ",\\quad ");
    text = replaced(std::move(text), "<-", "\\leftarrow");
    return replaced(std::move(text), "...", "\\cdots ");
}

std::string latex_heading(std::string_view heading) {
    return fmt::format("\\par\\medskip\\textbf{{{}}}\\nopagebreak\n", latex_words(heading));
}

std::string latex_lines(const std::vector<std::string>& lines) {
    constexpr std::size_t kMostLetters = 72;  // a slide, or a column of a page of two
    std::string text;
    for (const std::string& line : lines) {
        const std::size_t equals = line.find(" = ");
        const std::size_t weights = line.size() > kMostLetters ? line.find(" w_2 ") : std::string::npos;
        text += (text.empty() ? "" : " \\\\\n") + latex_formula(line.substr(0, equals), false);
        if (equals != std::string::npos) {
            text += " &= " + latex_formula(line.substr(equals + 3, weights - std::min(weights, equals + 3)), false);
        }
        if (weights != std::string::npos) {
            text += " \\\\\n&\\quad{}\\cdot " + latex_formula(line.substr(weights + 1), false);
        }
    }
    return text + "\n";
}

std::string latex_table(const LatexRows& rows, const LatexRows& plain, bool has_header) {
    constexpr std::size_t kMostRows = 12;  // of a slide
    const std::size_t num_columns = rows.front().size(), first_row = has_header ? 1 : 0;
    const std::size_t num_rows = rows.size() - first_row;
    const std::size_t num_pieces = std::max<std::size_t>((num_rows + kMostRows - 1) / kMostRows, 1);
    const std::size_t rows_of_piece = (num_rows + num_pieces - 1) / num_pieces;
    const std::size_t columns = columns_of_piece(column_widths(plain));
    std::string text;
    for (std::size_t top = first_row; top < rows.size(); top += rows_of_piece) {
        for (std::size_t left = 1; left < num_columns; left += columns) {
            const std::size_t right = std::min(left + columns, num_columns);
            text +=
                (text.empty() ? "" : "\\qquad\n") + latex_piece(rows, has_header, {top, rows_of_piece, left, right});
        }
    }
    // Lines of tables are as far apart as paragraphs.
    return "\\begin{center}\n\\footnotesize\\setlength{\\tabcolsep}{4pt}\\setlength{\\lineskip}{\\medskipamount}\n"
           "\\renewcommand{\\arraystretch}{1.25}\n" +
           text + "\n\\end{center}\n";
}

std::string latex_fragment(const std::string& body) {
    return "% Needs \\usepackage{amsmath}. On slides (beamer): a frame with the option allowframebreaks.\n"
           "\\begingroup\\sloppy\n"
           "\\setlength{\\parindent}{0pt}\\setlength{\\parskip}{\\smallskipamount}\n\n" +
           body + "\n\\par\\endgroup\n";
}

std::string latex_document(const std::string& fragment) {
    return "\\documentclass{article}\n\\usepackage{amsmath}\n\\begin{document}\n\n" + fragment + "\n\\end{document}\n";
}

}  // namespace skein::app
