// skein gradient
#include "skein/gradient.hpp"

#include <fmt/core.h>

#include <array>

#include "cli/command_line.hpp"
#include "cli/precision.hpp"
#include "commands.hpp"
#include "console/document.hpp"
#include "console/exit_codes.hpp"
#include "console/json.hpp"
#include "console/latex.hpp"
#include "console/numbers.hpp"
#include "console/streams.hpp"
#include "console/text.hpp"
#include "gradient/derivation.hpp"
#include "input/chain_options.hpp"
#include "input/compressed_summary.hpp"
#include "input/text_input.hpp"
#include "skein/data_spec.hpp"
#include "skein/files/chain_file.hpp"
#include "skein/files/open_data.hpp"
#include "skein/instruction_set.hpp"
#include "skein/names.hpp"
#include "skein/version.hpp"

namespace skein::app {
namespace {

using enum ValueType;

constexpr auto kActivationHelp = listed<kActivationNames>(": one for all layers, or one per layer.");

constexpr Option kGradientOptions[] = {
    {"Chain", "weights", "W1,W2,..", numbers, "", "Weights of the layers, the first one next to the input."},
    {"Chain", "activation", "A[,A..]", texts, "tanh", kActivationHelp},
    {"Chain", "chain", "FILE|DIR", text, "",
     "A chain.json that skein train wrote, or the directory of its run, instead of --weights."},

    {"Sample", "x", "X", number, "", "Input of the sample."},
    {"Sample", "y", "Y", number, "", "Target output of the sample."},
    {"Sample", "data", "SPEC", text, "", "Mean loss and gradient on a data set, instead of --x and --y; see below."},
    under("Sample", kColumnsOption),
    under("Sample", kSkipBadRowsOption),

    {"Output", "learning-rate", "R", number, "0.1", "Learning rate of the step of gradient descent at the end."},
    {"Output", "format", "KIND", text, "text", "text, markdown or latex (a fragment for \\input)."},
    {"Output", "standalone", "", flag, "", "With --format latex: a whole document that pdflatex compiles."},
    {"Output", "digits", "N", count, "6", "Significant digits, 1 to 17."},
    {"Output", "json", "", flag, "", "Print one JSON object, with all digits, instead."},
    {"Output", "quiet", "", flag, "", "No warnings."},

    {"Machine", "tolerance", "T", number, "1e-10", "Largest error bound of compressed data (see skein train --help)."},
    {"Machine", "precision", "TYPE", text, "", "float64 or float32 (default: float64, or that of --chain)."},
    {"Machine", "threads", "N", count, "0", "Largest number of threads; 0: one per core, or OMP_NUM_THREADS."},
};

const Command kGradientCommand{
    "gradient",
    "derives the gradient by back-propagation: every value of one sample, checked twice; or the "
    "mean gradient on a data set.",
    R"(  skein gradient --weights 0.5,-1.2,0.7 --activation tanh --x 1.5 --y 0.2
  skein gradient --weights 0.5,-1.2,0.7 --activation tanh,relu,identity --x 1.5 --y 0.2 --format latex > gradient.tex
  skein gradient --chain runs/first/chain.json --data samples.csv --json
)",
    kGradientOptions};

struct Output {
    Document document;
    Json json;
};

template <class Scalar>
Chain<Scalar> read_the_chain(const Configuration& configuration) {
    if (!configuration.is_given("chain")) {
        return make_chain<Scalar>(configuration, configuration.numbers<Scalar>("weights"));
    }
    if (configuration.is_given("activation")) {
        configuration.fail("activation", "has no effect with --chain, which holds the activations");
    }
    return read_chain<Scalar>(chain_file(configuration));
}

template <class Scalar>
Table mean_table(const Chain<Scalar>& chain, const LossAndGradient<Scalar>& mean, const NextStep<Scalar>& next) {
    const bool has_step = next.obstacle.empty();
    Table table{{{"i"}, {"w_i"}, {"dloss/dw_i"}}, {}};
    if (has_step) {
        table.header.push_back({"w_i - eta dloss/dw_i"});
    }
    for (std::size_t layer = 0; layer < chain.num_layers(); ++layer) {
        table.rows.push_back({std::to_string(layer + 1), Number{static_cast<double>(chain.weights()[layer])},
                              Number{static_cast<double>(mean.weight_gradients[layer])}});
        if (has_step) {
            table.rows.back().push_back(Number{static_cast<double>(next.weights[layer])});
        }
    }
    return table;
}

template <class Scalar>
Document mean_document(const Chain<Scalar>& chain, const LossAndGradient<Scalar>& mean, const NextStep<Scalar>& next,
                       const std::string& data, std::uint64_t num_samples) {
    Document document{
        Heading{"Mean loss and gradient"},
        Paragraph{{fmt::format("{}, {}, {}; {}, {}.", counted(chain.num_layers(), "layer"), activations_text(chain),
                               float_name<Scalar>(), data, counted(num_samples, "sample"))}},
        mean_table(chain, mean, next)};
    Paragraph losses{{Formula{"loss"}, " = ", Number{mean.loss}}};
    if (next.obstacle.empty()) {
        losses.parts.insert(losses.parts.end(), {"; after one step with learning rate ", Number{next.learning_rate},
                                                 ": ", Number{next.loss}});
    }
    document.push_back(losses);
    if (const Words remark = not_finite_remark(mean.weight_gradients); !remark.empty()) {
        document.push_back(note(remark));
    }
    if (!next.obstacle.empty()) {
        document.push_back(Paragraph{{"No step can be taken: " + next.obstacle + "."}});
    }
    return document;
}

template <class Scalar>
Json mean_json(const Chain<Scalar>& chain, const LossAndGradient<Scalar>& mean, const NextStep<Scalar>& next,
               std::uint64_t num_samples) {
    Json json{{"samples", num_samples},
              {"weights", chain.weights()},
              {"activations", Json::array()},
              {"loss", mean.loss},
              {"weight_gradients", mean.weight_gradients}};
    for (const Activation activation : chain.activations()) {
        json["activations"].push_back(activation_name(activation));
    }
    json.update(step_json(next));
    const Words remark = not_finite_remark(mean.weight_gradients);
    json["remarks"] = remark.empty() ? std::vector<std::string>() : std::vector<std::string>{plain_text(remark)};
    return json;
}

template <class Scalar>
Output mean_output(const Configuration& configuration, const Chain<Scalar>& chain, double learning_rate) {
    const Execution execution{static_cast<int>(configuration.count("threads", 0, kMaxThreads)), 0};
    const std::string text = configuration.text("data");
    SkippedRows skipped;
    const TrainingData<Scalar> data =
        open_data<Scalar>(text, configuration.where("data"),
                          {configuration.positive_number("tolerance"), read_csv_format(configuration, skipped)});
    warn_of_skipped_rows(text, skipped, configuration.flag("quiet"));
    const LossAndGradient<Scalar> mean = loss_and_gradient(chain, data, execution);
    const NextStep<Scalar> next = take_step(chain, mean.weight_gradients, data, learning_rate, execution);
    Output output{mean_document(chain, mean, next, text, data.num_samples()),
                  mean_json(chain, mean, next, data.num_samples())};
    if (mean.compression) {
        output.document.push_back(
            Paragraph{{"Compressed data: loss and gradient with an error at most ",
                       Number{mean.compression->largest_bound, 2}, " of their scales and ",
                       Number{mean.compression->largest_bound_of_value, 2}, " of themselves, rounding included."}});
        output.json["compression"] = compression_json(*mean.compression, data.compressed()->tolerance());
    }
    return output;
}

template <class Scalar>
int gradient_with(const Configuration& configuration, const std::string& precision) {
    const auto format = configuration.word<Format>("format", kFormatNames);
    const auto digits = static_cast<int>(configuration.count("digits", 1, 17));
    const double learning_rate = configuration.positive_number("learning-rate");
    const Chain<Scalar> chain = read_the_chain<Scalar>(configuration);
    Output output;
    if (configuration.is_given("data")) {
        output = mean_output(configuration, chain, learning_rate);
    } else {
        const Derivation<Scalar> derivation =
            derive(chain, configuration.number<Scalar>("x"), configuration.number<Scalar>("y"), learning_rate);
        output = {derivation_document(derivation), derivation_json(derivation)};
    }
    output.json.update({{"precision", precision}, {"instruction_set", instruction_set()}, {"version", version()}});
    if (configuration.flag("json")) {
        write_output(json_line(output.json));
    } else {
        const std::string text = render(output.document, format, digits);
        write_output(configuration.flag("standalone") ? latex_document(text) : text);
    }
    return kDone;
}

/// Throws BadInput for options that do not belong together.
void check_options(const Configuration& configuration) {
    const auto given = [&](std::string_view name) { return configuration.is_given(name); };
    if (given("chain") == given("weights")) {
        throw BadInput(given("chain") ? "--chain and --weights cannot be combined: give one of them"
                                      : "--weights or --chain is missing (see skein gradient --help)");
    }
    for (const std::string name : {"format", "digits"}) {
        if (given("json") && given(name)) {
            throw BadInput(fmt::format("--{} has no effect with --json", name));
        }
    }
    if (given("standalone") && (given("json") || configuration.text("format") != "latex")) {
        configuration.fail("standalone",
                           fmt::format("has no effect: {} is not LaTeX: expected --format latex",
                                       given("json") ? "--json" : "the format " + configuration.text("format")));
    }
    if (given("data") && (given("x") || given("y"))) {
        throw BadInput("--data cannot be combined with --x and --y: give a data set or one sample");
    }
    if (!given("data") && !(given("x") && given("y"))) {
        throw BadInput("--x and --y, or --data, are missing (see skein gradient --help)");
    }
    check_text_options(configuration, std::array{configuration.text("data")});
    if (given("tolerance") && !is_compressed_spec(configuration.text("data"))) {
        configuration.fail("tolerance", given("data") ? "has no effect: --data is not compressed: expected a .skc file"
                                                      : "has no effect: one sample is not compressed");
    }
}

}  // namespace

int gradient_command(const std::vector<std::string>& arguments) {
    const std::optional<Configuration> configuration = read_command_line(kGradientCommand, arguments);
    if (!configuration) {
        write_output(help_text(kGradientCommand) + "\n" + std::string(kDataSpecHelp));
        return kDone;
    }
    check_options(*configuration);
    warn_of_machine(configuration->flag("quiet"));
    const std::string precision = configuration->is_given("precision") ? read_precision(*configuration)
                                  : configuration->is_given("chain") ? read_chain_precision(chain_file(*configuration))
                                                                     : "float64";
    return with_precision(precision,
                          [&]<class Scalar>(Scalar) { return gradient_with<Scalar>(*configuration, precision); });
}

}  // namespace skein::app
