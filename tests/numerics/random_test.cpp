#include "skein/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "kernels/kernel_table.hpp"
#include "skein/generated_data.hpp"
#include "skein/instruction_set.hpp"

namespace skein {

using namespace internal;
namespace {

/// x and y of samples [first, first + count), as one column.
template <class Scalar>
std::vector<Scalar> samples(const Dataset<Scalar>& data, std::uint64_t first, std::size_t count) {
    std::vector<Scalar> columns(2 * count);
    const MiniBatch<Scalar> batch =
        data.source().range(first, count, {columns.data(), columns.data() + count, nullptr});
    CHECK(batch.num_samples == count);
    CHECK(batch.sample_weight == nullptr);
    return columns;
}

}  // namespace

TEST_CASE("uniform, normal and integer are functions of seed, stream and index") {
    CHECK(random::uniform(1, random::Stream::samples, 2) == random::uniform(1, random::Stream::samples, 2));
    CHECK(random::uniform(1, random::Stream::samples, 2) != random::uniform(2, random::Stream::samples, 2));
    CHECK(random::uniform(1, random::Stream::samples, 2) != random::uniform(1, random::Stream::noise, 2));
    CHECK(random::uniform(1, random::Stream::samples, 2) != random::uniform(1, random::Stream::samples, 3));
    CHECK(random::uniform(1, random::Stream::samples, std::uint64_t{1} << 40) !=
          random::uniform(1, random::Stream::samples, 0));
    CHECK(random::uniform(std::uint64_t{1} << 40, random::Stream::samples, 0) !=
          random::uniform(0, random::Stream::samples, 0));
}

TEST_CASE_TEMPLATE("sample i is a function of seed and i, on every instruction set", Scalar, float, double) {
    const std::string_view before = instruction_set();
    for (const Target target : {Target::teacher, Target::sine, Target::step, Target::random_labels}) {
        for (const InputDistribution input : {InputDistribution::normal, InputDistribution::uniform}) {
            GeneratedData settings;
            settings.target = target;
            settings.input = input;
            settings.num_samples = 5000;
            settings.seed = 3;
            settings.noise = 0.25;
            settings.teacher_weights = {1.2, -0.7};
            const Dataset<Scalar> data = generate<Scalar>(settings);
            force_instruction_set("portable");
            const std::vector<Scalar> whole = samples(data, 0, 1000);
            for (const std::string_view name : available_instruction_sets()) {
                CAPTURE(name);
                force_instruction_set(name);
                const std::vector<Scalar> part = samples(data, 333, 77);
                CHECK(std::memcmp(part.data(), whole.data() + 333, 77 * sizeof(Scalar)) == 0);
                CHECK(std::memcmp(part.data() + 77, whole.data() + 1333, 77 * sizeof(Scalar)) == 0);
                const std::vector<std::uint64_t> indices{999, 0, 500};
                std::vector<Scalar> x(3), y(3);
                data.source().gather(indices, {x.data(), y.data(), nullptr});
                CHECK(x[0] == whole[999]);
                CHECK(y[1] == whole[1000]);
                CHECK(y[2] == whole[1500]);
            }
        }
    }
    force_instruction_set(before);
}

TEST_CASE("generated targets are what they say") {
    GeneratedData settings;
    settings.num_samples = 2000;
    settings.input = InputDistribution::uniform;
    settings.input_scale = 3.0;
    settings.target = Target::step;
    std::vector<double> columns = samples(generate<double>(settings), 0, 2000);
    double largest = 0.0;
    for (std::size_t index = 0; index < 2000; ++index) {
        largest = std::max(largest, std::abs(columns[index]));
        CHECK(columns[2000 + index] == (columns[index] > 0.0 ? 1.0 : -1.0));
    }
    CHECK(largest <= 3.0);
    CHECK(largest > 2.9);

    settings.target = Target::sine;
    settings.frequency = 0.5;
    columns = samples(generate<double>(settings), 0, 2000);
    for (std::size_t index = 0; index < 2000; ++index) {
        // libm's argument pi x is rounded once: |x| <= 3 moves the sine by at most 10 x 2^-53.
        CHECK(std::abs(columns[2000 + index] - std::sin(3.14159265358979323846 * columns[index])) < 4e-15);
    }

    settings.target = Target::random_labels;
    columns = samples(generate<double>(settings), 0, 2000);
    const double sum = std::abs(static_cast<double>(std::count(columns.begin() + 2000, columns.end(), 1.0)) - 1000.0);
    CHECK(sum < 4.0 * std::sqrt(2000.0) / 2.0);
    CHECK(std::count(columns.begin() + 2000, columns.end(), -1.0) +
              std::count(columns.begin() + 2000, columns.end(), 1.0) ==
          2000);
}

TEST_CASE("settings of generated data out of range are refused") {
    GeneratedData settings;
    const auto message = [&] {
        try {
            static_cast<void>(generate<double>(settings));
        } catch (const std::invalid_argument& error) {
            return std::string(error.what());
        }
        return std::string("accepted");
    };
    CHECK(message() == "the number of generated samples is 0: expected at least 1");
    settings.num_samples = 10;
    CHECK(message() == "the number of teacher weights is 0: expected at least 1");
    settings.teacher_weights = {1.0, NAN};
    CHECK(message() == "a teacher weight is nan: expected a finite number");
    settings.teacher_weights = {1.0};
    settings.noise = -1.0;
    CHECK(message() == "the noise is -1: expected 0 or more");
    settings.noise = 0.0;
    settings.input_scale = 0.0;
    CHECK(message() == "the input scale is 0: expected a positive number");
    settings.input_scale = 1.0;
    CHECK(message() == "accepted");
}

}  // namespace skein
