// The sums of a compressed data set: splits, pieces, and what they say of the samples.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "compression/panel_sums.hpp"
#include "gradient/compressed_gradient.hpp"
#include "skein/compressed_dataset.hpp"
#include "skein/dataset.hpp"
#include "skein/error.hpp"
#include "skein/generated_data.hpp"
#include "skein/gradient.hpp"
#include "support/compression_cases.hpp"

using namespace skein;
using namespace skein::internal;
using namespace skein::compression_cases;

namespace {

void require_same(const CompressedDataset& a, const CompressedDataset& b) {
    REQUIRE(subtrees_of(a).size() == subtrees_of(b).size());
    for (std::size_t index = 0; index < subtrees_of(b).size(); ++index) {
        CHECK(subtrees_of(a)[index].panels == subtrees_of(b)[index].panels);
        CHECK(subtrees_of(a)[index].sums == subtrees_of(b)[index].sums);
        CHECK(subtrees_of(a)[index].level == subtrees_of(b)[index].level);
    }
    CHECK(a.num_samples() == b.num_samples());
    CHECK(a.mean_square_y() == b.mean_square_y());
}

}  // namespace

TEST_CASE_TEMPLATE("any split, and any number of threads, give the same bits", Scalar, float, double) {
    GeneratedData settings;
    settings.num_samples = 9 * CompressedDataset::kSegmentSamples + 1234;
    settings.teacher_weights = {1.2, 0.8};
    settings.noise = 0.1;
    const Dataset<Scalar> all = generate<Scalar>(settings);
    std::vector<Scalar> x(settings.num_samples), y(settings.num_samples);
    all.source().range(0, settings.num_samples, {x.data(), y.data(), nullptr});
    CompressionSettings how;
    how.panel_exponent = -4;
    how.execution.num_threads = 1;
    const CompressedDataset whole = compress(all, how);
    how.execution.num_threads = 3;
    require_same(compress(all, how), whole);
    for (const std::vector<std::uint64_t>& splits : {std::vector<std::uint64_t>{1}, {4}, {3, 5}, {1, 2, 7, 9}}) {
        std::vector<CompressedDataset> parts;
        std::uint64_t first = 0;
        for (std::size_t part = 0; part <= splits.size(); ++part) {
            const std::uint64_t end =
                part == splits.size() ? settings.num_samples : splits[part] * CompressedDataset::kSegmentSamples;
            how.first_index = first;
            parts.push_back(compress(Dataset<Scalar>(std::vector<Scalar>(x.begin() + static_cast<std::ptrdiff_t>(first),
                                                                         x.begin() + static_cast<std::ptrdiff_t>(end)),
                                                     std::vector<Scalar>(y.begin() + static_cast<std::ptrdiff_t>(first),
                                                                         y.begin() + static_cast<std::ptrdiff_t>(end))),
                                     how));
            first = end;
        }
        std::ranges::reverse(parts);
        require_same(merge_compressed(parts), whole);

        how.first_index = 0;
        Compressor<Scalar> compressor(how);
        for (std::size_t part = 0; part <= splits.size(); ++part) {
            const std::uint64_t begin = compressor.num_samples(),
                                end = begin + parts[splits.size() - part].num_samples();
            compressor.add(MiniBatch<Scalar>{x.data() + begin, y.data() + begin, nullptr, end - begin});
        }
        require_same(compressor.finish(), whole);
    }
}

TEST_CASE("pieces: the first chooses the panels, the last may have any size, and rows are counted through") {
    constexpr std::uint64_t kPiece = CompressedDataset::kSegmentSamples;
    std::vector<double> x(2 * kPiece + 5), y(x.size(), 0.25);
    for (std::size_t sample = 0; sample < x.size(); ++sample) {
        x[sample] = sample < kPiece ? 0.01 : 3.0;
    }
    const auto piece = [&](std::uint64_t first, std::uint64_t count) {
        return MiniBatch<double>{x.data() + first, y.data() + first, nullptr, count};
    };
    Compressor<double> compressor;
    CHECK_THROWS_AS((void)compressor.finish(), std::invalid_argument);
    compressor.add(piece(0, kPiece));
    compressor.add(Dataset<double>({x.begin() + kPiece, x.end()}, {y.begin() + kPiece, y.end()}).source());
    CHECK(compressor.num_samples() == x.size());
    CHECK_THROWS_WITH_AS(compressor.add(piece(0, 5)),
                         "the number of samples in all pieces but the last is 131077: expected a multiple of 65536",
                         std::invalid_argument);
    const CompressedDataset data = compressor.finish();
    CHECK(data.panel_exponent() == compress(Dataset<double>(x, y)).panel_exponent());
    CHECK(data.x_max() == 3.0);

    x[kPiece + 9] = 1e300;
    Compressor<double> other;
    other.add(piece(0, kPiece));
    CHECK_THROWS_WITH_AS(other.add(piece(kPiece, kPiece)),
                         "x of sample 65546 is 1e+300, too large: sums of such squares overflow",
                         std::invalid_argument);

    const Dataset<double> heavy({1.0, 1.0}, {1e140, -1e140}, {1e100, 1e100});
    CHECK_THROWS_WITH_AS((void)compress(heavy),
                         "a sum over the samples is not finite: expected smaller numbers or sample weights",
                         std::invalid_argument);
}

TEST_CASE("a stop request ends the compression, which is no error") {
    const std::atomic<bool> stop{true};
    CompressionSettings settings;
    settings.execution.stop_request = &stop;
    CHECK_THROWS_AS((void)compress(Dataset<double>({1.0}, {2.0}), settings), Stopped);
}

TEST_CASE("what a compressed data set says of its samples") {
    const CompressionSamples samples = distributions(70'001)[0];
    const CompressedDataset data = compressed(samples, -4, 16);
    CHECK(data.num_samples() == 70'001);
    CHECK(data.sample_weight_sum() == 70'001.0);
    CHECK(data.x_min() == *std::ranges::min_element(samples.x));
    CHECK(data.x_max() == *std::ranges::max_element(samples.x));
    long double x = 0, y = 0;
    for (std::size_t n = 0; n < samples.x.size(); ++n) {
        x += static_cast<long double>(samples.x[n]) * samples.x[n];
        y += static_cast<long double>(samples.y[n]) * samples.y[n];
    }
    CHECK(data.mean_square_x() == doctest::Approx(static_cast<double>(x / 70'001)).epsilon(1e-13));
    CHECK(data.mean_square_y() == doctest::Approx(static_cast<double>(y / 70'001)).epsilon(1e-13));
}

TEST_CASE("a few samples far out do not make the panels wide") {
    CompressionSamples samples = distributions(5'000)[0];
    const int exponent = compress(samples.dataset()).panel_exponent();
    CHECK(exponent == -17);  // the median of |x| is 0.67
    samples.x[7] = 1e12;
    const CompressedDataset far = compress(samples.dataset());
    CHECK(far.panel_exponent() == exponent);
    const std::vector<double> weights{0.5, -1.5};
    const std::vector<Activation> activations(2, Activation::tanh);
    CompressedGradient gradient(far, activations, 1e-10);
    CHECK(gradient.compute(weights));
    CHECK(std::abs(static_cast<double>(exact(weights, activations, samples).loss) - gradient.loss()) <=
          gradient.bound().loss);
    samples.x[7] = 1e30;
    CHECK(compress(samples.dataset()).panel_exponent() == 99 - 60);  // 2^99 < 1e30
    CHECK(compress(Dataset<double>({0.0, 0.0}, {1.0, 2.0})).panel_exponent() == -30);
    // The lower one of the middle two.
    CHECK(compress(Dataset<double>({1.0, 1e6}, {1.0, 2.0})).panel_exponent() == -16);
}

TEST_CASE("sample weights whose sum overflows are refused, wherever their samples are") {
    const CompressionSamples samples{{1.0, 2.0}, {1.0, 1.0}, {1.0, 0.0}, ""};
    const CompressedDataset one = compress(samples.dataset());
    std::vector<MomentSubtree> subtrees = subtrees_of(one);
    const std::size_t stride = PanelLayout(one.num_nodes()).stride;
    subtrees[0].sums[1] = subtrees[0].sums[stride + 1] = 1e308;  // A_0 of the panels
    CHECK_THROWS_WITH_AS((void)CompressedAccess::from_subtrees(one.panel_exponent(), one.num_nodes(), subtrees),
                         "the sum of the sample weights is inf: expected a positive, finite number",
                         std::invalid_argument);
}
