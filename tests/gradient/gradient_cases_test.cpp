// Loss, activations, deltas and weight gradients of 120 chains against 25-digit values
// (tests/fixtures/gradient_cases.json and gradient_cases_float32.json, made by make_gradient_cases.py). Of a chain of L
// layers a result may be off by
//
//     (ULP bound of its elementary functions + 1) x its sensitivity + 4 L ULP of its value,
//
// with one ULP = 2^-52 (float: 2^-23, and never less than the spacing of the smallest floats, 2^-149). The files hold
// the sensitivities in those units.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "support/reference.hpp"

using namespace skein;
using nlohmann::json;

namespace {

json read_cases(const std::string& name) {
    std::ifstream file(SKEIN_TEST_DATA "/" + name);
    REQUIRE_MESSAGE(file, name);
    return json::parse(file);
}

/// The chain of a case, its one sample, and its tolerance.
template <class Scalar>
struct Case {
    explicit Case(const json& values)
        : numbers(values),
          chain(values["weights"].get<std::vector<Scalar>>(),
                reference::parse_activations(values["activation"].get<std::vector<std::string>>())),
          x(values["x"].get<Scalar>()),
          y(values["y"].get<Scalar>()),
          max_ulp(reference::max_ulp<Scalar>(chain.activations())) {}

    long double tolerance(const std::string& exact, double sensitivity) const {
        constexpr long double kUlp = std::numeric_limits<Scalar>::epsilon();
        constexpr long double kSpacing = std::numeric_limits<Scalar>::denorm_min();
        const long double ulp = std::max(kUlp * std::fabs(std::strtold(exact.c_str(), nullptr)), kSpacing);
        const long double layers = static_cast<long double>(chain.num_layers());
        return static_cast<long double>(max_ulp + 1.0) * static_cast<long double>(sensitivity) + 4.0L * layers * ulp;
    }

    /// Returns how many values it compared.
    template <class Value>
    int check(std::string_view what, const std::vector<Value>& values) const {
        const json& exact = numbers[std::string(what)];
        const json& sensitivity = numbers[std::string(what) + "_sensitivity"];
        REQUIRE(exact.size() == values.size());
        for (std::size_t index = 0; index < values.size(); ++index) {
            const std::string digits = exact[index].get<std::string>();
            const long double error = reference::distance(values[index], digits);
            const long double allowed = tolerance(digits, sensitivity[index].get<double>());
            CAPTURE(what);
            CAPTURE(index);
            CAPTURE(digits);
            CAPTURE(values[index]);
            CHECK(error <= allowed);
        }
        return static_cast<int>(values.size());
    }

    template <class Value>
    int check_loss(Value loss) const {
        const std::string digits = numbers["loss"].get<std::string>();
        CHECK(reference::distance(loss, digits) <= tolerance(digits, numbers["loss_sensitivity"].get<double>()));
        return 1;
    }

    const json& numbers;
    Chain<Scalar> chain;
    Scalar x, y;
    double max_ulp;
};

template <class Scalar>
int check_back_propagation(const Case<Scalar>& c) {
    const BackPropagation<Scalar> result = back_propagate(c.chain, c.x, c.y);
    return c.check("activations", result.activations) + c.check("deltas", result.deltas) +
           c.check("weight_gradients", result.weight_gradients) + c.check_loss(result.loss);
}

template <class Scalar>
int check_one_sample_data_set(const Case<Scalar>& c) {
    const LossAndGradient<Scalar> result = loss_and_gradient(c.chain, Dataset<Scalar>({c.x}, {c.y}));
    return c.check("weight_gradients", result.weight_gradients) + c.check_loss(result.loss);
}

template <class Scalar>
void check_cases(const std::string& file_name, std::size_t num_cases = 120) {
    const json cases = read_cases(file_name);
    CHECK(cases.size() == num_cases);
    int compared = 0;
    for (std::size_t index = 0; index < cases.size(); ++index) {
        CAPTURE(index);
        const Case<Scalar> c(cases[index]);
        compared += check_back_propagation(c);
        compared += check_one_sample_data_set(c);
    }
    // Every value of every case, in float too: each layer four times, each loss twice.
    std::size_t layers = 0;
    for (const json& numbers : cases) {
        layers += numbers["weights"].size();
    }
    CHECK(static_cast<std::size_t>(compared) == 4 * layers + 2 * cases.size());
}

}  // namespace

TEST_CASE("gradient cases: float64 results are as close to the exact ones as their sensitivity allows") {
    check_cases<double>("gradient_cases.json");
}

TEST_CASE("gradient cases: likewise of chains with leaky_relu and elu") {
    check_cases<double>("gradient_cases_kinked.json", 40);
}

TEST_CASE("gradient cases: float32 results likewise, of inputs that are exact in float") {
    check_cases<float>("gradient_cases_float32.json");
}
