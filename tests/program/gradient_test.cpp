// skein gradient, through the program.
#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "skein/skein.hpp"
#include "support/program_checks.hpp"
#include "support/run_program.hpp"

namespace skein::test {
namespace {

const Arguments kLecture{"gradient", "--weights", "0.5,-1.2,0.7", "--activation", "tanh", "--x", "1.5", "--y", "0.2"};

std::string output_of(Arguments arguments, const Arguments& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ProgramResult result = run_program(arguments);
    INFO(result.errors);
    REQUIRE(result.exit_code == 0);
    return result.output;
}

}  // namespace

TEST_CASE("gradient --json holds the library's numbers to the bit") {
    const Json json = Json::parse(output_of(kLecture, {"--json"}));
    const Chain<double> chain({0.5, -1.2, 0.7});
    const BackPropagation<double> values = back_propagate(chain, 1.5, 0.2);
    CHECK(json["pre_activations"].get<std::vector<double>>() == values.pre_activations);
    CHECK(json["outputs"].get<std::vector<double>>() == values.activations);
    CHECK(json["slopes"].get<std::vector<double>>() == values.slopes);
    CHECK(json["deltas"].get<std::vector<double>>() == values.deltas);
    CHECK(json["weight_gradients"].get<std::vector<double>>() == values.weight_gradients);
    CHECK(json["loss"].get<double>() == values.loss);
    CHECK(json["unrolled_factors"].get<std::vector<double>>() == unrolled_factors(chain, 1.5, 0.2));
    // 7 factors, each rounding (relative 2^-53) on either side.
    const double unrolled = json["unrolled_product"];
    CHECK(std::abs(unrolled - values.weight_gradients[0]) <= 14 * 0x1p-53 * std::abs(values.weight_gradients[0]));
    for (std::size_t layer = 0; layer < 3; ++layer) {
        const double difference = json["finite_differences"][layer], allowed = json["finite_difference_allowed"][layer];
        CHECK(std::abs(difference - values.weight_gradients[layer]) <= allowed);
        CHECK(allowed <= 1e-10);
        const double next = chain.weights()[layer] - 0.1 * values.weight_gradients[layer];
        CHECK(std::abs(json["weights_after_step"][layer].get<double>() - next) <= 0x1p-52 * 2);
    }
    CHECK(json["loss_after_step"].get<double>() < values.loss);
}

TEST_CASE("the check by differences never calls a right gradient wrong, and always one that lacks a factor") {
    std::vector<Arguments> chains{
        {"--weights", "0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1", "--x", "1", "--y", "0.5"},
        {"--weights", "1e-3,1e-3,1e-3,1e-3,1e-3", "--x", "1", "--y", "0.5"},
        {"--weights", "1e-5,0.3", "--x", "1e5", "--y", "0.2"}};
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        std::string weights;
        for (std::uint64_t layer = 0; layer < 1 + seed % 6; ++layer) {
            weights +=
                (layer == 0 ? "" : ",") + std::to_string(2.0 * random::normal(seed, random::Stream::samples, layer));
        }
        chains.push_back({"--weights=" + weights, "--activation", std::string(kActivationNames[seed % 7]),
                          "--x=" + std::to_string(random::normal(seed, random::Stream::samples, 99)), "--y", "0.3"});
    }
    for (const Arguments& chain : chains) {
        const Json json = Json::parse(output_of(Arguments{"gradient"} + chain, {"--json"}));
        CAPTURE(json.dump());
        const std::size_t num_layers = json["weights"].size();
        for (std::size_t layer = 0; layer < num_layers; ++layer) {
            const double right = json["weight_gradients"][layer], found = json["finite_differences"][layer];
            const double allowed = json["finite_difference_allowed"][layer];
            CHECK(std::abs(found - right) <= allowed);
            CHECK((allowed <= 1e-6 * std::abs(right) || right == 0.0));
            for (std::size_t lost = layer; lost < num_layers; ++lost) {
                const double slope = json["slopes"][lost], weight = json["weights"][lost];
                for (const double factor : {slope, lost > layer ? weight : slope}) {
                    CHECK(
                        (std::abs(found - right / factor) > allowed || std::abs(factor - 1.0) < 1e-6 || right == 0.0));
                }
            }
        }
    }
}

TEST_CASE("gradients that vanish or explode get a remark, and JSON says what it is about") {
    const Arguments small{"gradient", "--weights", "0.1,0.1,0.1,0.1,0.1", "--x", "1", "--y", "0.5"};
    CHECK(contains(output_of(small, {}),
                   "Note: the gradient vanishes: from the last layer to the first, delta_i is "
                   "multiplied by 0.0997 a layer."));
    const Arguments large{"gradient", "--weights", "9,9,9,9,9", "--activation", "identity", "--x", "1", "--y", "0.5"};
    CHECK(contains(output_of(large, {}),
                   "Note: the gradient explodes: from the last layer to the first, delta_i is "
                   "multiplied by 9 a layer."));
    const Json json = Json::parse(output_of(large, {"--json"}));
    CHECK(json["weights"] == Json(std::vector<double>(5, 9.0)));
    CHECK(json["activations"] == Json(std::vector<std::string>(5, "identity")));
    CHECK(json["precision"] == "float64");
}

TEST_CASE("gradient in float32, and of a mixed chain") {
    const Json json = Json::parse(output_of({"gradient", "--weights=0.5,-1.2,0.7,2", "--activation",
                                             "tanh,relu,softplus,sigmoid", "--x", "-1.5", "--y", "0.2"},
                                            {"--json", "--precision", "float32"}));
    const std::vector<float> weights{0.5f, -1.2f, 0.7f, 2.0f};
    const std::vector<Activation> activations{Activation::tanh, Activation::relu, Activation::softplus,
                                              Activation::sigmoid};
    const BackPropagation<float> values = back_propagate(Chain<float>(weights, activations), -1.5f, 0.2f);
    CHECK(json["weight_gradients"].get<std::vector<float>>() == values.weight_gradients);
    CHECK(json["loss"].get<float>() == values.loss);
}

TEST_CASE("gradient as text, Markdown and LaTeX") {
    const std::string text = output_of(kLecture, {});
    CHECK(contains(text, "dloss/dw_1 = x f'(z_1) f'(z_2) f'(z_3) w_2 w_3 2 (f_3 - y)"));
    CHECK(contains(text, "0.451345"));
    const std::string markdown = output_of(kLecture, {"--format", "markdown", "--digits", "3"});
    CHECK(contains(markdown, "| $i$ | $w_{i}$ |"));
    CHECK(contains(markdown, "0.451 |"));
    const std::string latex = output_of(kLecture, {"--format", "latex"});
    CHECK(latex.starts_with("% Needs \\usepackage{amsmath}."));
    CHECK(contains(latex, "\\begin{tabular}[b]{@{}rrrrrrr@{}}"));
    CHECK(contains(latex, "\\frac{\\partial \\ell}{\\partial w_{1}} &= x f'(z_{1})"));
}

TEST_CASE("gradient has a word for saturated units and kinks") {
    CHECK(contains(output_of({"gradient", "--weights", "40,1"}, {"--x", "1", "--y", "0"}),
                   "unit 1 is saturated: f'(z_1) is exactly 0"));
    CHECK(contains(output_of({"gradient", "--weights", "1,8"}, {"--x", "3", "--y", "0"}),
                   "unit 2 is saturated: f'(z_2) is only"));
    CHECK(contains(output_of({"gradient", "--weights", "1,-1", "--activation", "relu"}, {"--x", "3", "--y", "0"}),
                   "unit 2 is off"));
    const std::string off = output_of({"gradient", "--weights", "1,2,3,4", "--activation", "relu,relu,tanh,relu"},
                                      {"--x", "-1", "--y", "1"});
    INFO(off);
    CHECK(contains(off, "unit 1 is off"));
    CHECK(contains(off, "units 2 and 4 are at the kink of relu (z_i = 0)"));
    CHECK(contains(off, "so no gradient reaches layers 1 to 4"));
    const std::string all =
        output_of({"gradient", "--weights", "1,2,3", "--activation", "relu"}, {"--x", "0", "--y", "1", "--json"});
    CHECK(Json::parse(all)["remarks"].size() == 1);
    CHECK(contains(all, "units 1 to 3 are at the kink of relu"));
    const Arguments kink{"gradient", "--weights", "0", "--activation", "relu"};
    CHECK(contains(output_of(kink, {"--x", "3", "--y", "1"}), "unit 1 is at the kink of relu"));
    CHECK(contains(output_of(kink, {"--x", "3", "--y", "1"}), "The loss has no derivative there"));
    CHECK(Json::parse(output_of(kink, {"--x", "3", "--y", "1", "--json"}))["finite_differences"][0].is_null());
    const auto bent = [&](const std::string& activation) {
        return output_of({"gradient", "--weights", "0", "--activation", activation}, {"--x", "3", "--y", "1"});
    };
    CHECK(contains(bent("leaky_relu"), "an activation passes its kink"));
    CHECK(!contains(bent("elu"), "kink"));  // its slope is continuous
}

TEST_CASE("gradient says where gradients, losses and steps are not finite") {
    struct Case {
        std::string weights, x, step;
        bool is_gradient_finite;
    };
    for (const Case& run :
         {Case{"1e-150", "1e250", "No step can be taken: the gradient is not finite.", false},
          Case{"1,1", "1e200", "No step can be taken: the loss is not finite.", false},
          Case{"1", "1e100", "No step can be taken: the norm of the gradient is not finite.", true}}) {
        const Arguments chain{"gradient", "--weights", run.weights, "--activation", "identity"};
        const std::string text = output_of(chain, {"--x", run.x, "--y", "0"});
        INFO(text);
        CHECK(contains(text, "Note: the gradient is not finite (dloss/dw_1 = inf)") == !run.is_gradient_finite);
        CHECK(contains(text, "relative difference  not finite") == !run.is_gradient_finite);
        CHECK(contains(text, run.step));
        CHECK(!contains(text, "w_i - eta dloss/dw_i"));
        CHECK(!contains(text, "The loss goes from"));
        const Json json = Json::parse(output_of(chain, {"--x", run.x, "--y", "0", "--json"}));
        CHECK(json["weights_after_step"].is_null());
        CHECK(json["loss_after_step"].is_null());

        const TemporaryDirectory directory;
        const std::string data = directory.file("data.csv", run.x + ",0\n" + run.x + ",0\n");
        const std::string mean = output_of(chain, {"--data", data});
        INFO(mean);
        CHECK(contains(mean, run.step));
        CHECK(contains(mean, "Note: the gradient is not finite (dloss/dw_1 = inf)") == !run.is_gradient_finite);
        const Json mean_json = Json::parse(output_of(chain, {"--data", data, "--json"}));
        CHECK(mean_json["weights_after_step"].is_null());
        CHECK(mean_json["remarks"].empty() == run.is_gradient_finite);
    }
}

TEST_CASE("gradient on a data set is the library's") {
    const Json json = Json::parse(
        output_of({"gradient", "--weights", "0.9,-0.4"}, {"--data", "sine:samples=5000,frequency=0.2", "--json"}));
    GeneratedData data;
    data.target = Target::sine;
    data.num_samples = 5000;
    data.frequency = 0.2;
    const auto expected = loss_and_gradient(Chain<double>({0.9, -0.4}), generate<double>(data));
    CHECK(json["loss"].get<double>() == expected.loss);
    CHECK(json["weight_gradients"].get<std::vector<double>>() == expected.weight_gradients);
}

}  // namespace skein::test
