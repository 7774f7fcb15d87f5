#include "skein/files/state_file.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "files/io/bytes.hpp"
#include "files/io/file_error.hpp"
#include "files/io/input_file.hpp"
#include "files/io/output_file.hpp"
#include "files/io/xxh3.hpp"

namespace skein {

using namespace internal;

namespace {

// core/docs/files.md describes the file.
constexpr std::string_view kStateHead = "skein training state 1\n        \n";
static_assert(kStateHead.size() == 32);
constexpr std::size_t kNameBytes = 16;
constexpr std::size_t kHashBytes = 8;
/// A state of a million layers has 56 MB.
constexpr std::uint64_t kMostStateBytes = std::uint64_t{1} << 32;

void put_name(std::string& bytes, std::string_view name) {
    bytes += name;
    bytes.append(kNameBytes - name.size(), '\0');
}

/// The enumerator of the name, among `names`.
template <class Enum>
Enum take_name(const std::filesystem::path& path, files::ByteReader& bytes, std::span<const std::string_view> names) {
    const std::string_view padded = bytes.take_bytes(kNameBytes);
    const std::string_view name = padded.substr(0, padded.find('\0'));
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) files::fail(path, "is damaged: unknown name '", files::shown(name), "'");
    return static_cast<Enum>(found - names.begin());
}

template <class Scalar>
void put_numbers(std::string& bytes, std::span<const Scalar> numbers) {
    files::put(bytes, std::uint64_t{numbers.size()});
    files::put(bytes, numbers);
}

template <class Scalar>
std::vector<Scalar> take_numbers(files::ByteReader& bytes) {
    std::vector<Scalar> numbers(bytes.take_count(sizeof(Scalar)));
    bytes.take(std::span(numbers));
    return numbers;
}

/// The whole file, if it is one.
std::string read_state_bytes(const std::filesystem::path& path) {
    const files::InputFile file(path);
    const std::uint64_t size = file.size_bytes();
    if (size > kMostStateBytes) files::fail(path, "has ", size, " bytes: expected the state of a run");
    std::string content(static_cast<std::size_t>(size), '\0');
    file.read_at(0, std::as_writable_bytes(std::span(content)));
    return content;
}

/// What stands between head and checksum.
std::string_view checked(const std::filesystem::path& path, std::string_view all) {
    constexpr std::size_t kVersionAt = kStateHead.find('1');
    if (!all.starts_with(kStateHead.substr(0, kVersionAt))) {
        files::fail(path, "is no state of a run: expected a file that skein has written");
    }
    if (!all.starts_with(kStateHead)) {
        files::fail(path, "is the state of a run of another version of skein: expected version 1");
    }
    if (all.size() < kStateHead.size() + kHashBytes) files::fail(path, "is truncated");
    const std::string_view summed = all.substr(0, all.size() - kHashBytes);
    files::ByteReader end(path, all.substr(summed.size()));
    if (end.take<std::uint64_t>() != files::xxh3(summed)) {
        files::fail(path, "is truncated or damaged: its checksum does not match");
    }
    return summed.substr(kStateHead.size());
}

template <class Scalar>
Chain<Scalar> take_chain(const std::filesystem::path& path, files::ByteReader& bytes) {
    if (const auto scalar_bytes = bytes.take<std::uint64_t>(); scalar_bytes != sizeof(Scalar)) {
        files::fail(path, "is the state of a run in float", 8 * scalar_bytes, ": expected float", 8 * sizeof(Scalar));
    }
    const std::vector<Scalar> weights = take_numbers<Scalar>(bytes);
    std::vector<Activation> activations(weights.size());
    for (Activation& activation : activations) {
        activation = take_name<Activation>(path, bytes, kActivationNames);
    }
    try {
        return Chain<Scalar>(std::span<const Scalar>(weights), std::span<const Activation>(activations));
    } catch (const std::invalid_argument& error) {
        files::fail(path, "is damaged: ", error.what());
    }
}

template <class Scalar>
void require_length(const std::filesystem::path& path, const std::vector<Scalar>& numbers, std::size_t num_layers) {
    if (!numbers.empty() && numbers.size() != num_layers) {
        files::fail(path, "is damaged: ", numbers.size(), " numbers for ", counted(num_layers, "layer"));
    }
}

}  // namespace

template <class Scalar>
void write_training_state(const std::filesystem::path& path, const TrainingState<Scalar>& state) {
    std::string bytes(kStateHead);
    files::put(bytes, std::uint64_t{sizeof(Scalar)});
    put_numbers<Scalar>(bytes, state.chain.weights());
    for (const Activation activation : state.chain.activations()) {
        put_name(bytes, activation_name(activation));
    }
    files::put(bytes, state.step);
    files::put(bytes, std::uint64_t{state.rule.has_value()});
    if (state.rule) put_name(bytes, optimizer_traits(*state.rule).name);
    put_numbers<Scalar>(bytes, state.first_moment);
    put_numbers<Scalar>(bytes, state.second_moment);
    files::put(bytes, state.num_worse_epochs);
    files::put(bytes, std::uint64_t{state.best.has_value()});
    if (state.best) {
        files::put(bytes, state.best->loss);
        files::put(bytes, state.best->step);
        put_numbers<Scalar>(bytes, state.best->weights);
    }
    files::put(bytes, files::xxh3(bytes));
    files::replace_file(path, std::array<std::string_view, 1>{bytes});
}
template void write_training_state(const std::filesystem::path&, const TrainingState<float>&);
template void write_training_state(const std::filesystem::path&, const TrainingState<double>&);

template <class Scalar>
TrainingState<Scalar> read_training_state(const std::filesystem::path& path) {
    const std::string content = read_state_bytes(path);
    files::ByteReader bytes(path, checked(path, content));
    TrainingState<Scalar> state(take_chain<Scalar>(path, bytes));
    state.step = bytes.take<std::uint64_t>();
    if (bytes.take<std::uint64_t>() != 0) state.rule = take_name<Optimizer::Kind>(path, bytes, kOptimizerNames);
    state.first_moment = take_numbers<Scalar>(bytes);
    state.second_moment = take_numbers<Scalar>(bytes);
    state.num_worse_epochs = bytes.take<std::uint64_t>();
    if (bytes.take<std::uint64_t>() != 0) {
        BestWeights<Scalar> best;
        best.loss = bytes.take<double>();
        best.step = bytes.take<std::uint64_t>();
        best.weights = take_numbers<Scalar>(bytes);
        state.best = std::move(best);
    }
    bytes.require_end();
    const std::size_t num_layers = state.chain.num_layers();
    require_length(path, state.first_moment, num_layers);
    require_length(path, state.second_moment, num_layers);
    if (state.best && state.best->weights.size() != num_layers) {
        files::fail(path, "is damaged: ", state.best->weights.size(), " best weights for ",
                    counted(num_layers, "layer"));
    }
    return state;
}
template TrainingState<float> read_training_state(const std::filesystem::path&);
template TrainingState<double> read_training_state(const std::filesystem::path&);

}  // namespace skein
