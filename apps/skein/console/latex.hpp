// Words, numbers, formulas and tables in LaTeX. All that is needed is the package amsmath.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace skein::app {

/// Words as LaTeX prints them: characters with a meaning of their own are escaped, letters that pdflatex does not know
/// become question marks, and words as long as a path may be broken.
std::string latex_words(std::string_view words);

/// "3.2e-09" becomes 3.2\times 10^{-9}.
std::string latex_number(const std::string& number);

/// A formula: "dloss/dw_1" becomes \partial \ell/\partial w_{1}, or a \frac unless it is part of a line.
std::string latex_formula(std::string_view formula, bool is_inline);

std::string latex_heading(std::string_view heading);

/// Lines of formulas to be aligned at the first " = " of each. A long product goes on with w_2 in a second line.
std::string latex_lines(const std::vector<std::string>& lines);

/// A table from its cells in LaTeX, and as plain text, which tells how wide they are. A table that is too high or too
/// wide for a slide becomes several, next to each other if there is room.
std::string latex_table(const std::vector<std::vector<std::string>>& rows,
                        const std::vector<std::vector<std::string>>& plain, bool has_header);

/// What can be put into a document by \input: it says which packages it needs, and changes nothing outside itself.
std::string latex_fragment(const std::string& body);

/// A whole file for pdflatex.
std::string latex_document(const std::string& fragment);

}  // namespace skein::app
