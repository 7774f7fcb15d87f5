// Data in other units, and back.
#include "skein/scaling.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "skein/files/chain_file.hpp"
#include "support/chain_cases.hpp"
#include "support/file_checks.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {
namespace {

template <class Scalar>
DataSummary summary_of(const Dataset<Scalar>& data) {
    return summarise<Scalar>(data).value();
}

/// Far from 0, in units of its own, with weights.
Samples<double> raw_samples() {
    Samples<double> samples = random_samples<double>(2'053, 4, true);
    for (std::size_t i = 0; i < samples.x.size(); ++i) {
        samples.x[i] = 1e3 + 50.0 * samples.x[i];
        samples.y[i] = -300.0 + 7.0 * samples.y[i];
    }
    return samples;
}

/// Scaling rounds a sample twice, and its size is at most 20 times its distance from the mean.
constexpr double kRoundings = 40 * 0x1p-53;

}  // namespace

TEST_CASE("standard: mean 0 and deviation 1, sample weights heeded") {
    const Dataset<double> raw = raw_samples().dataset();
    const DataSummary before = summary_of(raw);
    const Scaling scaling = make_scaling(ScalingKind::standard, before);
    const DataSummary after = summary_of(scaled(raw, scaling));
    CHECK(std::abs(after.mean_x) <= 1e-12);
    CHECK(std::abs(after.mean_y) <= 1e-12);
    CHECK(std::abs(after.variance_x - 1.0) <= 1e-12);
    CHECK(std::abs(after.variance_y - 1.0) <= 1e-12);
    const DataSummary back = unscaled(after, scaling);
    CHECK(std::abs(back.mean_y - before.mean_y) <= 1e-12 * 300);
    CHECK(std::abs(back.variance_x - before.variance_x) <= 1e-12 * before.variance_x);
    CHECK(std::abs(back.constant_loss() - before.constant_loss()) <= 1e-12 * before.constant_loss());
    CHECK(std::abs(back.covariance - before.covariance) <= 1e-12 * std::sqrt(before.variance_x * before.variance_y));
}

TEST_CASE("range: x from -1 to 1, y in the inner 0.9 of what the last layer can output") {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    struct Case {
        OutputRange range;
        double least, most;
    };
    const Dataset<double> raw = raw_samples().dataset();
    for (const Case& wanted : {Case{{-1.0, 1.0}, -0.9, 0.9}, Case{{0.0, 1.0}, 0.05, 0.95},
                               Case{{0.0, kInfinity}, 0.1, 1.9}, Case{{-kInfinity, kInfinity}, -0.9, 0.9}}) {
        const Scaling scaling = make_scaling(ScalingKind::range, summary_of(raw), wanted.range);
        const DataSummary after = summary_of(scaled(raw, scaling));
        CHECK(std::abs(after.x_min + 1.0) <= kRoundings);
        CHECK(std::abs(after.x_max - 1.0) <= kRoundings);
        CHECK(std::abs(after.y_min - wanted.least) <= 10 * kRoundings);
        CHECK(std::abs(after.y_max - wanted.most) <= 10 * kRoundings);
    }
}

TEST_CASE("scaled samples are the same however they are asked for, and keep their weights") {
    const Samples<double> samples = raw_samples();
    const Scaling scaling{{1e3, 50.0}, {-300.0, 7.0}};
    const Dataset<double> data = scaled(samples.dataset(), scaling);
    std::vector<double> x(100), y(100), m(100);
    const auto check = [&](const MiniBatch<double>& batch, std::size_t at, std::size_t sample) {
        CHECK(batch.x[at] == (samples.x[sample] - 1e3) * (1.0 / 50.0));
        CHECK(batch.y[at] == (samples.y[sample] + 300.0) * (1.0 / 7.0));
        CHECK(batch.sample_weight[at] == samples.sample_weight[sample]);
    };
    const MiniBatch<double> run = data.source().range(1'953, 100, {x.data(), y.data(), m.data()});
    for (std::size_t at = 0; at < 100; ++at) {
        check(run, at, 1'953 + at);
    }
    const std::vector<std::uint64_t> indices{7, 2'052, 0, 7};
    const MiniBatch<double> gathered = data.source().gather(indices, {x.data(), y.data(), m.data()});
    for (std::size_t at = 0; at < indices.size(); ++at) {
        check(gathered, at, indices[at]);
    }
    CHECK(&scaled(samples.dataset(), {}).source() != &data.source());
}

TEST_CASE("columns of equal numbers are moved only; data without a mean have no scaling") {
    const DataSummary constant = summary_of(Dataset<double>({2, 2}, {5, 5}));
    CHECK(make_scaling(ScalingKind::standard, constant) == Scaling{{2.0, 1.0}, {5.0, 1.0}});
    CHECK(make_scaling(ScalingKind::range, constant, {0.0, 1.0}) == Scaling{{2.0, 1.0}, {4.5, 1.0}});
    CHECK(make_scaling(ScalingKind::none, constant).is_none());
    const DataSummary large = summary_of(Dataset<double>({1, 2}, {1e300, -1e300}));
    CHECK_THROWS_WITH_AS((void)make_scaling(ScalingKind::standard, large),
                         "y cannot be scaled: its mean or its squares overflow: expected smaller numbers",
                         std::invalid_argument);
}

TEST_CASE("a chain's file keeps the scaling to the bit, and does not pass for a bare chain") {
    const TemporaryDirectory directory;
    const auto path = directory.file("chain.json");
    const Scaling scaling{{0.1, 1.0 / 3.0}, {-2e10, 7e-5}};
    write_chain(path, Chain<float>({0.1f, 2.0f}), scaling);
    const ScaledChain<float> read = read_scaled_chain<float>(path);
    CHECK(read.scaling == scaling);
    CHECK(read.chain.weights()[0] == 0.1f);
    CHECK(file_error_of([&] { read_chain<float>(path); }).find("trained on scaled data") != std::string::npos);
    write_chain(path, Chain<float>({0.1f, 2.0f}));
    CHECK(read_scaled_chain<float>(path).scaling.is_none());

    const std::string start = R"({"activations": ["tanh"], "weights": [1], "scaling": )";
    struct Case {
        std::string scaling, expected;
    };
    for (const Case& bad : {Case{"3}", "'scaling' is a number: expected an object"},
                            Case{R"({"x": {"offset": 0, "factor": 1}}})", "'scaling.y' is missing"},
                            Case{R"({"x": {"offset": 0}, "y": {}}})", "'scaling.x.factor' is missing"},
                            Case{R"({"x": {"offset": 0, "factor": 0}, "y": {"offset": 0, "factor": 1}}})",
                                 "'scaling.x.factor' is 0: expected a positive number"},
                            Case{R"({"x": {"ofset": 0, "factor": 1}, "y": {}}})", "did you mean 'offset'?"},
                            Case{R"({"x": {"offset": "a", "factor": 1}, "y": {}}})",
                                 "scaling.x.offset is a string: expected a number"}}) {
        CAPTURE(bad.scaling);
        const auto wrong = directory.file("wrong.json", start + bad.scaling);
        const std::string error = file_error_of([&] { read_scaled_chain<double>(wrong); });
        CAPTURE(error);
        CHECK(error.find(bad.expected) != std::string::npos);
    }
}

}  // namespace skein::test
