// Samples that stay in their file.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "skein/batch_order.hpp"
#include "skein/chain.hpp"
#include "skein/dataset.hpp"
#include "skein/files/data_file.hpp"
#include "skein/files/file_error.hpp"
#include "skein/files/npy.hpp"
#include "skein/random.hpp"
#include "skein/trainer.hpp"
#include "support/columns.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

namespace fs = std::filesystem;

namespace {

/// What training of a few steps ends with.
template <class Scalar>
std::vector<Scalar> trained(const Dataset<Scalar>& data, Sampling sampling, std::uint64_t batch_size, int num_threads) {
    TrainingState<Scalar> state{Chain<Scalar>({Scalar(0.5), Scalar(1.5)})};
    TrainingSettings settings;
    settings.batch_size = batch_size;
    settings.sampling = sampling;
    settings.stop.max_steps = 12;
    settings.execution.num_threads = num_threads;
    const TrainingOutcome outcome = train(state, data, settings);
    return {state.chain.weights()[0], state.chain.weights()[1], static_cast<Scalar>(outcome.loss)};
}

/// Samples of `num_columns` columns, as a .npy file of that type.
template <class Stored>
fs::path write_samples(const TemporaryDirectory& directory, std::size_t num_samples, std::size_t num_columns) {
    std::vector<Stored> values;
    for (std::size_t index = 0; index < num_samples * num_columns; ++index) {
        const auto number = static_cast<Stored>(random::uniform(7, random::Stream::samples, index));
        values.push_back(index % num_columns == 2 ? number : Stored(2) * number - Stored(1));
    }
    const std::size_t shape[] = {num_samples, num_columns};
    const fs::path path = directory.path() / "samples.npy";
    write_npy<Stored>(path, values, shape);
    return path;
}

}  // namespace

TEST_CASE_TEMPLATE("samples that stay in their file train to the same bits", Scalar, float, double) {
    constexpr std::size_t kSamples = 4 * kBlockSamples + 1234;
    for (const std::size_t num_columns : {2u, 3u}) {
        for (const bool is_wide : {false, true}) {
            const TemporaryDirectory directory;
            const fs::path path = is_wide ? write_samples<double>(directory, kSamples, num_columns)
                                          : write_samples<float>(directory, kSamples, num_columns);
            const Dataset<Scalar> memory = read_dataset<Scalar>(path), file = open_dataset<Scalar>(path, 1000);
            REQUIRE(file.num_samples() == kSamples);
            CHECK(file.source().prefers_blocks());
            CHECK(!open_dataset<Scalar>(path).source().prefers_blocks());
            CHECK(columns_of(file).x == columns_of(memory).x);
            for (const Sampling sampling :
                 {Sampling::shuffled, Sampling::with_replacement, Sampling::sequential, Sampling::shuffled_blocks}) {
                const bool reads_singly = sampling == Sampling::shuffled || sampling == Sampling::with_replacement;
                for (const std::uint64_t batch_size :
                     {std::uint64_t{777}, std::uint64_t{reads_singly ? 2049u : 70'000u}}) {
                    for (const int num_threads : {1, 3}) {
                        CAPTURE(num_columns);
                        CAPTURE(static_cast<int>(sampling));
                        CHECK(trained(file, sampling, batch_size, num_threads) ==
                              trained(memory, sampling, batch_size, 1));
                    }
                }
            }
            CHECK(trained(file, Sampling::sequential, 0, 2) == trained(memory, Sampling::sequential, 0, 1));
        }
    }
}

TEST_CASE_TEMPLATE("a file is split by runs of neighbours, and its parts are read like files", Scalar, float, double) {
    constexpr std::size_t kRun = 1024, kSamples = 90 * kRun + 77;
    for (const std::size_t num_columns : {2u, 3u}) {
        const TemporaryDirectory directory;
        const fs::path path = write_samples<double>(directory, kSamples, num_columns);
        const Columns<Scalar> all = columns_of(read_dataset<Scalar>(path));
        const auto split = open_dataset<Scalar>(path, 1).split(0.1, 3);
        CHECK(split.validation.num_samples() == 9 * kRun);
        CHECK(split.training.num_samples() == 81 * kRun + 77);
        const auto less_than_a_run = open_dataset<Scalar>(path, 1).split(1e-6, 3);
        CHECK(less_than_a_run.validation.num_samples() == kRun);

        const Columns<Scalar> training = columns_of(split.training), validation = columns_of(split.validation);
        for (std::size_t row = 0, taken = 0, left = 0; row < kSamples; row += kRun) {
            const bool is_taken = taken < validation.x.size() && validation.x[taken] == all.x[row];
            const Columns<Scalar>& part = is_taken ? validation : training;
            std::size_t& next = is_taken ? taken : left;
            for (std::size_t last = std::min(kSamples, row + kRun), at = row; at < last; ++at, ++next) {
                REQUIRE(part.x[next] == all.x[at]);
                REQUIRE(part.y[next] == all.y[at]);
                REQUIRE((num_columns == 2 || part.sample_weight[next] == all.sample_weight[at]));
            }
        }
        REQUIRE(validation.sample_weight.empty() == (num_columns == 2));

        const Dataset<Scalar> memory(training.x, training.y, training.sample_weight);
        CHECK(split.training.source().prefers_blocks());
        for (const Sampling sampling :
             {Sampling::shuffled, Sampling::with_replacement, Sampling::sequential, Sampling::shuffled_blocks}) {
            for (const int num_threads : {1, 3}) {
                CAPTURE(static_cast<int>(sampling));
                CHECK(trained(split.training, sampling, 3001, num_threads) == trained(memory, sampling, 3001, 1));
            }
        }
        CHECK(trained(split.training, Sampling::sequential, 0, 2) == trained(memory, Sampling::sequential, 0, 1));
    }
}

TEST_CASE_TEMPLATE("a thread may ask files for any ranges, in any order, and for those of two in turns", Scalar, float,
                   double) {
    constexpr std::size_t kSamples = 100'003;
    const TemporaryDirectory directory, other_directory;
    const fs::path path = write_samples<float>(directory, kSamples, 3);
    const fs::path x_path = directory.path() / "x.npy", y_path = directory.path() / "y.npy";
    const Columns<double> columns =
        columns_of(read_dataset<double>(write_samples<double>(other_directory, kSamples, 2)));
    const std::size_t shape[] = {kSamples};
    write_npy<double>(x_path, columns.x, shape);
    write_npy<double>(y_path, columns.y, shape);
    const std::array<Dataset<Scalar>, 2> files{open_dataset<Scalar>(path, 1), open_dataset<Scalar>(x_path, y_path, 1)};
    const std::array<Columns<Scalar>, 2> expected{columns_of(read_dataset<Scalar>(path)),
                                                  columns_of(read_dataset<Scalar>(x_path, y_path))};
    std::array<std::uint64_t, 2> next{0, 0};
    for (std::uint64_t draw = 0; draw < 2000; ++draw) {
        const std::size_t which = random::integer(5, random::Stream::samples, 4 * draw, 2);
        switch (random::integer(5, random::Stream::samples, 4 * draw + 1, 6)) {
            case 0: next[which] = random::integer(5, random::Stream::samples, 4 * draw + 2, kSamples); break;
            case 1: next[which] = next[1 - which]; break;  // where the other one was left
            default: break;                                // on
        }
        const std::uint64_t first = next[which];
        const std::size_t most = draw % 100 == 0 ? 30'000 : 2'500;
        const std::size_t count =
            std::min(kSamples - first, 1 + random::integer(5, random::Stream::samples, 4 * draw + 3, most));
        std::vector<Scalar> x(count), y(count), m(count);
        const MiniBatch<Scalar> batch = files[which].source().range(first, count, {x.data(), y.data(), m.data()});
        const auto is_as_expected = [&](const Scalar* column, const std::vector<Scalar>& all) {
            return std::equal(column, column + count, all.begin() + static_cast<std::ptrdiff_t>(first));
        };
        REQUIRE(batch.num_samples == count);
        REQUIRE(is_as_expected(batch.x, expected[which].x));
        REQUIRE(is_as_expected(batch.y, expected[which].y));
        REQUIRE((batch.sample_weight != nullptr) == (which == 0));
        REQUIRE((which == 1 || is_as_expected(batch.sample_weight, expected[which].sample_weight)));
        next[which] = (first + count) % kSamples;
    }
}

TEST_CASE("two files of one column are read together where they are") {
    const TemporaryDirectory directory;
    const std::vector<double> x{1, 2, 3, 4}, y{5, 6, 7, 8}, few{5, 6, 7};
    const std::size_t four[] = {4}, three[] = {3};
    const fs::path x_path = directory.path() / "x.npy", y_path = directory.path() / "y.npy";
    write_npy<double>(x_path, x, four);
    write_npy<double>(y_path, y, four);
    const Dataset<double> data = open_dataset<double>(x_path, y_path, 1);
    CHECK(columns_of(data).x == x);
    CHECK(columns_of(data).y == y);
    write_npy<double>(y_path, few, three);
    CHECK_THROWS_WITH_AS(open_dataset<double>(x_path, y_path, 1),
                         (y_path.string() + ": has 3 values: expected 4 as in " + x_path.string()).c_str(), FileError);
}

TEST_CASE("what is wrong in a file is found when it is read") {
    const TemporaryDirectory directory;
    std::vector<double> values(2 * 5000, 0.5);
    const std::size_t shape[] = {5000, 2};
    const fs::path path = directory.path() / "samples.npy";
    const auto error_of = [&] {
        try {
            trained(open_dataset<double>(path, 1), Sampling::sequential, 0, 2);
            return std::string("none");
        } catch (const FileError& error) {
            return std::string(error.what());
        }
    };
    values[2 * 4321 + 1] = std::nan("");
    write_npy<double>(path, values, shape);
    CHECK(error_of() == path.string() + ": row 4322, column 2: 'nan': every value must be finite");
    values[2 * 4321 + 1] = 0.5;
    values[2 * 77] = -std::numeric_limits<double>::infinity();
    write_npy<double>(path, values, shape);
    CHECK(error_of() == path.string() + ": row 78, column 1: '-inf': every value must be finite");
    values[2 * 77] = 0.5;
    write_npy<double>(path, values, shape);
    CHECK(error_of() == "none");
    const Dataset<double> data = open_dataset<double>(path, 1);
    fs::resize_file(path, fs::file_size(path) - 1000);
    CHECK_THROWS_AS(trained(data, Sampling::sequential, 0, 2), FileError);
    CHECK(error_of().starts_with(path.string() + ": "));
}

}  // namespace skein::test
