// The state of a run in a file.
#include "skein/files/state_file.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "files/io/xxh3.hpp"
#include "support/file_checks.hpp"
#include "support/temporary_directory.hpp"
#include "support/training_cases.hpp"

namespace skein::test {
namespace {

namespace fs = std::filesystem;

template <class Scalar>
TrainingState<Scalar> some_state() {
    const std::array<Scalar, 3> weights{Scalar(0.5), Scalar(-1.25), Scalar(-0.0)};
    const std::array<Activation, 3> activations{Activation::tanh, Activation::leaky_relu, Activation::identity};
    TrainingState<Scalar> state(Chain<Scalar>(weights, activations));
    state.step = 12'345'678'901;
    state.rule = Optimizer::Kind::adamw;
    state.first_moment = {Scalar(1e-30), Scalar(0.1), Scalar(3)};
    state.second_moment = {Scalar(4), Scalar(5), Scalar(6)};
    state.best = BestWeights<Scalar>{0.125, 12'345, {Scalar(1), Scalar(2), Scalar(3)}};
    state.num_worse_epochs = 7;
    return state;
}

template <class Scalar>
void check_same(const TrainingState<Scalar>& one, const TrainingState<Scalar>& other) {
    CHECK(std::ranges::equal(std::as_bytes(one.chain.weights()), std::as_bytes(other.chain.weights())));
    CHECK(std::ranges::equal(one.chain.activations(), other.chain.activations()));
    CHECK(one.step == other.step);
    CHECK(one.rule == other.rule);
    CHECK(one.first_moment == other.first_moment);
    CHECK(one.second_moment == other.second_moment);
    CHECK(one.num_worse_epochs == other.num_worse_epochs);
    REQUIRE(one.best.has_value() == other.best.has_value());
    if (one.best) {
        CHECK(one.best->loss == other.best->loss);
        CHECK(one.best->step == other.best->step);
        CHECK(one.best->weights == other.best->weights);
    }
}

/// The bytes with a checksum that is right again.
std::string with_checksum(std::string bytes) {
    bytes.resize(bytes.size() - 8);
    const std::uint64_t hash = internal::files::xxh3(bytes);
    return bytes.append(reinterpret_cast<const char*>(&hash), 8);
}

template <class Scalar = double>
std::string state_error(const std::string& bytes) {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("state", bytes);
    return file_error_of([&] { (void)read_training_state<Scalar>(path); }).substr(path.string().size());
}

}  // namespace

TEST_CASE_TEMPLATE("state file: a state comes back to the bit", Scalar, float, double) {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("state");
    const TrainingState<Scalar> fresh{Chain<Scalar>{Scalar(2)}};
    for (const TrainingState<Scalar>& state : {some_state<Scalar>(), fresh}) {
        write_training_state(path, state);
        check_same(read_training_state<Scalar>(path), state);
    }
    using Other = std::conditional_t<sizeof(Scalar) == 4, double, float>;
    CHECK(file_error_of([&] { (void)read_training_state<Other>(path); })
              .ends_with(sizeof(Scalar) == 4 ? ": is the state of a run in float32: expected float64"
                                             : ": is the state of a run in float64: expected float32"));
    CHECK(directory.num_entries() == 1);
}

TEST_CASE("state file: training goes on from the file as if it had never stopped") {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("state");
    const Dataset<double> data = teacher_data(100);
    TrainingSettings settings;
    settings.optimizer.kind = Optimizer::Kind::rmsprop;
    settings.learning_rates = {0.01};
    settings.batch_size = 7;
    settings.stop.max_steps = 40;
    TrainingState<double> whole{Chain<double>({0.5, 0.7})};
    train<double>(whole, data, settings);
    for (std::uint64_t step = 0; step < 40; ++step) {
        TrainingState<double> state{Chain<double>({0.5, 0.7})};
        settings.stop.max_steps = step;
        train<double>(state, data, settings);
        write_training_state(path, state);
        TrainingState<double> again = read_training_state<double>(path);
        settings.stop.max_steps = 40;
        train<double>(again, data, settings);
        check_same(again, whole);
    }
}

TEST_CASE("state file: every flipped bit and every cut is found") {
    const TemporaryDirectory directory;
    write_training_state(directory.file("state"), some_state<double>());
    const std::string bytes = content_of(directory.file("state"));
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
        std::string flipped = bytes;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        CHECK(!state_error(flipped).empty());
    }
    for (std::size_t size = 0; size < bytes.size(); ++size) CHECK(!state_error(bytes.substr(0, size)).empty());
    CHECK(!state_error(bytes + '\0').empty());
}

TEST_CASE("state file: what a right checksum covers is looked at, too") {
    const TemporaryDirectory directory;
    write_training_state(directory.file("state"), some_state<double>());
    const std::string bytes = content_of(directory.file("state"));
    CHECK(state_error("x,y\n1,2\n") == ": is no state of a run: expected a file that skein has written");
    std::string other = bytes;
    other[other.find('1')] = '2';
    CHECK(state_error(other) == ": is the state of a run of another version of skein: expected version 1");
    CHECK(state_error(bytes.substr(0, 35)) == ": is truncated");
    CHECK(state_error(bytes.substr(0, 60)) == ": is truncated or damaged: its checksum does not match");
    const auto changed = [&](std::size_t at, const std::string& by) {
        std::string copy = bytes;
        return state_error(with_checksum(copy.replace(at, by.size(), by)));
    };
    CHECK(changed(40, std::string(8, '\xff')) == ": is damaged: it holds less than it says");
    CHECK(changed(40, std::string("\2\0\0\0\0\0\0\0", 8)).starts_with(": is damaged: unknown name '"));
    CHECK(changed(48 + 6, "\xf0\x7f").starts_with(": is damaged: "));  // an infinite weight
    CHECK(changed(bytes.find("tanh"), "tahn") == ": is damaged: unknown name 'tahn'");
    CHECK(changed(bytes.find("adamw"), "adamv") == ": is damaged: unknown name 'adamv'");
    CHECK(state_error(with_checksum(bytes + std::string(8, 'x'))) == ": is damaged: it holds more than it says");
    CHECK(file_error_of([] { (void)read_training_state<double>("/dev/zero"); }) ==
          "/dev/zero: is not a regular file: expected one, whose size is known");
}

}  // namespace skein::test
