// skein gradient --format latex, as a fragment and as a whole document. tests/long/latex.sh compiles both.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "skein/activation.hpp"
#include "support/program_checks.hpp"
#include "support/run_program.hpp"

namespace skein::test {
namespace {

const Arguments kThreeLayers{"gradient", "--weights", "0.5,-1.2,0.7", "--x", "1.5", "--y", "0.2"};

std::string printed_by(const Arguments& arguments) {
    const ProgramResult result = run_program(arguments);
    INFO(result.errors);
    REQUIRE(result.exit_code == 0);
    return result.output;
}

std::string latex_of(const Arguments& arguments) { return printed_by(arguments + Arguments{"--format", "latex"}); }

std::size_t num_found(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t place = text.find(part); place != std::string::npos; place = text.find(part, place + 1)) {
        ++count;
    }
    return count;
}

/// The braces, dollar signs and environments that are open at the end of the text, or closed too often. Escaped ones
/// count for nothing.
std::vector<std::string> unbalanced(const std::string& latex) {
    std::vector<std::string> open;
    const auto close = [&](const std::string& name) {
        if (!open.empty() && open.back() == name) {
            open.pop_back();
        } else {
            open.push_back("end of " + name);
        }
    };
    for (std::size_t place = 0; place < latex.size(); ++place) {
        const auto name_after = [&](const std::string& command) {
            const std::size_t begin = place + command.size();
            return latex.compare(place, command.size(), command) == 0
                       ? latex.substr(begin, latex.find('}', begin) - begin)
                       : std::string();
        };
        if (const std::string name = name_after("\\begin{"); !name.empty()) {
            open.push_back(name);
            place += 7 + name.size();
        } else if (const std::string ended = name_after("\\end{"); !ended.empty()) {
            close(ended);
            place += 5 + ended.size();
        } else if (latex[place] == '\\') {
            ++place;
        } else if (latex[place] == '{') {
            open.emplace_back("{");
        } else if (latex[place] == '}') {
            close("{");
        } else if (latex[place] == '$' && (open.empty() || open.back() != "$")) {
            open.emplace_back("$");
        } else if (latex[place] == '$') {
            close("$");
        }
    }
    return open;
}

std::string equal_weights(std::size_t num_layers, const std::string& weight) {
    std::string weights = weight;
    for (std::size_t layer = 1; layer < num_layers; ++layer) {
        weights += "," + weight;
    }
    return weights;
}

}  // namespace

TEST_CASE("--format latex prints a fragment, with --standalone a document around it") {
    for (const Arguments& sample : {Arguments{"--x", "1.5", "--y", "0.2"}, Arguments{"--data", "sine:samples=100"}}) {
        for (const std::size_t num_layers : {1u, 3u, 12u, 30u}) {
            const Arguments gradient = Arguments{"gradient", "--weights", equal_weights(num_layers, "0.1")} + sample;
            const std::string fragment = latex_of(gradient);
            CAPTURE(fragment);
            CHECK(fragment.starts_with("% Needs \\usepackage{amsmath}."));
            for (const char* part : {"\\documentclass", "\\begin{document}", "\\end{document}", "\n\\usepackage",
                                     "\\section", "\\subsection", "\\label", "longtable"}) {
                CHECK(!contains(fragment, part));
            }
            CHECK(unbalanced(fragment).empty());
            CHECK(num_found(fragment, "\\begingroup") == num_found(fragment, "\\endgroup"));

            const std::string document = latex_of(gradient + Arguments{"--standalone"});
            CHECK(document.starts_with("\\documentclass{article}\n\\usepackage{amsmath}\n"));
            CHECK(document.ends_with("\\end{document}\n"));
            for (const char* part : {"\\documentclass", "\\begin{document}", "\\end{document}"}) {
                CHECK(num_found(document, part) == 1);
            }
            CHECK(contains(document, fragment));
            CHECK(unbalanced(document).empty());
        }
    }
}

TEST_CASE("--standalone without --format latex is refused") {
    const auto check_refused = [](const Arguments& more, const std::string& message) {
        const ProgramResult result = run_program(kThreeLayers + more);
        CHECK(result.exit_code == 2);
        CHECK(result.output.empty());
        CHECK(num_found(result.errors, "\n") == 1);
        CHECK(contains(result.errors, message));
    };
    check_refused({"--standalone"},
                  "--standalone: has no effect: the format text is not LaTeX: expected --format latex");
    check_refused({"--standalone", "--format", "markdown"},
                  "--standalone: has no effect: the format markdown is not LaTeX: expected --format latex");
    check_refused({"--standalone", "--json"},
                  "--standalone: has no effect: --json is not LaTeX: expected --format latex");
}

TEST_CASE("every format shows the slope as a function of f, with its number") {
    const std::string text = printed_by(kThreeLayers);
    CHECK(contains(text, "  f'(z_i) = 1 - f_i^2\n"));
    CHECK(contains(text, "  dloss/dw_1 = x (1 - f_1^2) (1 - f_2^2) (1 - f_3^2) w_2 w_3 2 (f_3 - y)\n"));
    CHECK(contains(text, "  f'(z_2) = 1 - f_2^2  0.587376\n"));
    const std::string markdown = printed_by(kThreeLayers + Arguments{"--format", "markdown"});
    CHECK(contains(markdown, "| $f'(z_{2}) = 1 - f_{2}^2$ | 0.587376 |"));
    const std::string latex = latex_of(kThreeLayers);
    CHECK(contains(latex, "\nf'(z_{i}) &= 1 - f_{i}^2\n"));
    CHECK(contains(latex, "\n$f'(z_{2}) = 1 - f_{2}^2$ & $0.587376$ \\\\\n"));
    for (const std::string_view name : kActivationNames) {
        const std::string one = printed_by(kThreeLayers + Arguments{"--activation", std::string(name)});
        CAPTURE(one);
        CHECK(contains(one, "\n  f'(z_i) = "));
        CHECK(contains(one, "\n  f'(z_3) = "));
    }
    const Arguments mixed = kThreeLayers + Arguments{"--activation", "leaky_relu,elu,sigmoid"};
    CHECK(contains(printed_by(mixed), "  leaky_relu: f'(z_i) = 1 if f_i > 0, else 0.01\n"));
    CHECK(contains(printed_by(mixed), "  f'(z_1) = 1 "));
    CHECK(contains(printed_by(mixed), "  f'(z_2) = f_2 + 1 "));
    CHECK(contains(latex_of(mixed), "leaky\\_relu: $f'(z_{i}) = 1\\text{ if }f_{i} > 0,\\text{ else }0.01$"));
}

TEST_CASE("LaTeX has powers of ten, in sentences too, and no bare special characters") {
    const std::string vanishing =
        latex_of({"gradient", "--weights", equal_weights(30, "0.1"), "--x", "1e-10", "--y=-1e10"});
    INFO(vanishing);
    CHECK(contains(vanishing, "$x$ = $1\\times 10^{-10}$, $y$ = $-1\\times 10^{10}$"));
    CHECK(contains(vanishing, "$\\delta_{i}$ is multiplied by $0.1$ a layer"));
    CHECK(!contains(vanishing, "e-"));
    const std::string saturated = latex_of({"gradient", "--weights", "1,8", "--x", "3", "--y", "0"});
    CHECK(contains(saturated, "$f'(z_{2})$ is only $4.9\\times 10^{-7}$, and"));

    const TemporaryDirectory directory;
    const std::string name = "50%_a&b#c$d{e}f~g^h\\i\"j<k>l|m`n\xc3\xbc\xe6\xbc\xa2.csv";
    directory.file(name, "1,0.5\n");
    const ProgramResult result = run_program({"gradient", "--weights", "1", "--data", name, "--format", "latex"},
                                             {.directory = directory.path()});
    INFO(result.errors << result.output);
    REQUIRE(result.exit_code == 0);
    std::string words = result.output;
    for (std::size_t place = words.find("\\allowbreak{}"); place != std::string::npos;
         place = words.find("\\allowbreak{}")) {
        words.erase(place, 13);
    }
    CHECK(contains(words,
                   "50\\%\\_a\\&b\\#c\\$d\\{e\\}f\\textasciitilde{}g\\textasciicircum{}h\\textbackslash{}i{\\char34}j"
                   "$<$k$>$l\\textbar{}m\\textasciigrave{}n\xc3\xbc?.csv"));
    CHECK(unbalanced(result.output).empty());
}

}  // namespace skein::test
