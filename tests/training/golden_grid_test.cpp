// Golden hashes of every activation with every optimizer, precision and kind of batch: the same bits for every
// instruction set, number of threads, tile size and alignment of the samples, all combined. As in golden_test.cpp, a
// change of these hashes needs a new skein::kNumericsVersion.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/fnv1a.hpp"
#include "skein/skein.hpp"

using namespace skein;
using internal::Fnv1a;

namespace {

struct GoldenPair {
    std::string_view activation;  // "mixed": all of them in turn, layer after layer
    Optimizer::Kind optimizer;
    std::uint64_t hash_of_double;  // over all kinds of batches
    std::uint64_t hash_of_float;
};
using Kind = Optimizer::Kind;
constexpr GoldenPair kGoldenPairs[] = {
    {"tanh", Kind::sgd, 0xb0ddcb02338438e6, 0xb98712a2f1004b2f},
    {"tanh", Kind::momentum, 0x9708dcdda506dbff, 0xd3ec858342ffcb00},
    {"tanh", Kind::nesterov, 0x8692f54230f14d23, 0x40f96f5d4eaefb1b},
    {"tanh", Kind::adamw, 0xa230af6219257a34, 0xde227d49f470be45},
    {"tanh", Kind::rmsprop, 0x45a84e020b65a66b, 0x5f7acf8560c4398e},
    {"identity", Kind::sgd, 0x109f1531ba75d16f, 0x44fd8adec0422319},
    {"identity", Kind::momentum, 0xda49133db7ad5af0, 0x5fe14d6f93832d4e},
    {"identity", Kind::nesterov, 0xe72c19f7603b2fc9, 0x59db0e670164c24c},
    {"identity", Kind::adamw, 0x272ae427ca014493, 0xeefc331a6998a86e},
    {"identity", Kind::rmsprop, 0xec6312fc0b6621f3, 0x115d2e9158dc467f},
    {"sigmoid", Kind::sgd, 0xa12ecd3461fe9d99, 0x1bd5fe954f58e64e},
    {"sigmoid", Kind::momentum, 0x9969ec8dda3a496d, 0x81b3626653cee84a},
    {"sigmoid", Kind::nesterov, 0x34d97e1a4bf39e0b, 0x33c951930caa4235},
    {"sigmoid", Kind::adamw, 0xb25755ada9490151, 0xe4d1299976632672},
    {"sigmoid", Kind::rmsprop, 0xb81a71e31c6faf61, 0xea2e8e29f7e2cbe1},
    {"relu", Kind::sgd, 0xfa967d8afe06fe3d, 0x3be3da5074503f5c},
    {"relu", Kind::momentum, 0x3389b9f948b0638c, 0x3c62c6c2f966c3ea},
    {"relu", Kind::nesterov, 0x4fcf77eb94ab2330, 0x15449b2c2acefbab},
    {"relu", Kind::adamw, 0x218a19e5b0b1bc73, 0xf8e601fbe41208ca},
    {"relu", Kind::rmsprop, 0xa9acb60aa5bcc515, 0x76afda023b927998},
    {"softplus", Kind::sgd, 0xc48133871ca5b86c, 0x9e267c5155281827},
    {"softplus", Kind::momentum, 0x9bdf699caf052b9d, 0xa499fd3909ebcca2},
    {"softplus", Kind::nesterov, 0x3f4bcca6c48549c1, 0xef6ba6585904cbbb},
    {"softplus", Kind::adamw, 0x97a9ffc9349d278a, 0xc0ee5e024a1e3008},
    {"softplus", Kind::rmsprop, 0xbd9f669a4e6ae206, 0x806f9673d032a6e7},
    {"leaky_relu", Kind::sgd, 0x76d78be24efb1224, 0x5fb58540338bb330},
    {"leaky_relu", Kind::momentum, 0x3f916ec59c985505, 0x5304c62c452fb1e7},
    {"leaky_relu", Kind::nesterov, 0xf7608956f177648f, 0x0b37da26004abc6f},
    {"leaky_relu", Kind::adamw, 0x9ac1423a714b64cd, 0xd677f0529057bc18},
    {"leaky_relu", Kind::rmsprop, 0x48f900a6045642eb, 0xb1e8cee4dc7e37dd},
    {"elu", Kind::sgd, 0xe10bae0430dd3823, 0x5f03b8ffbf092486},
    {"elu", Kind::momentum, 0x1814eff7c7eb22b2, 0x93181c4fe3df11d5},
    {"elu", Kind::nesterov, 0x31e1b679d90e1368, 0x53906a45260398d7},
    {"elu", Kind::adamw, 0xa64cdcf90cbfa765, 0x121edf64218ca33c},
    {"elu", Kind::rmsprop, 0xea41141e9a30f042, 0x03e70dbda19af856},
    {"mixed", Kind::sgd, 0xe8afbb189338855d, 0x2fbaa37907bae810},
    {"mixed", Kind::momentum, 0x4054d0316f3d241e, 0xd06c270260c88a96},
    {"mixed", Kind::nesterov, 0x9c3e2bc989ce7ffd, 0x24d000bf02255732},
    {"mixed", Kind::adamw, 0xcddfb3747b94f421, 0xb9ba44520dc84c7e},
    {"mixed", Kind::rmsprop, 0xea295bd5c6caf610, 0x87afe3fdb48314a2},
};

/// The full batches are work for several threads (skein wakes them from 2^16 samples x layers on); the others have
/// tails of rows and of epochs.
struct BatchKind {
    std::size_t num_layers;
    std::uint64_t num_samples;
    std::uint64_t batch_size;  // 0: the full batch
    Sampling sampling;
    bool weighted;
    std::uint64_t steps;
};
constexpr BatchKind kBatchKinds[] = {
    {33, 2101, 0, Sampling::sequential, false, 1},      {33, 2101, 0, Sampling::sequential, true, 1},
    {3, 200, 37, Sampling::sequential, false, 7},       {3, 200, 41, Sampling::shuffled, true, 7},
    {2, 200, 19, Sampling::with_replacement, false, 7}, {1, 50, 1, Sampling::shuffled, false, 7},
};

/// A column that starts `offset` numbers after a boundary of 64 bytes.
template <class Scalar>
class OffsetColumn {
public:
    OffsetColumn(std::size_t size, std::size_t offset) : storage_(size + offset + 64 / sizeof(Scalar)) {
        const std::size_t past_boundary = reinterpret_cast<std::uintptr_t>(storage_.data()) % 64;
        begin_ = storage_.data() + (64 - past_boundary) / sizeof(Scalar) + offset;
    }
    Scalar* begin() const { return begin_; }

private:
    std::vector<Scalar> storage_;
    Scalar* begin_;
};

/// Generated samples in memory, at any alignment.
template <class Scalar>
class OffsetSource final : public SampleSource<Scalar> {
public:
    OffsetSource(const BatchKind& kind, std::size_t offset)
        : size_(kind.num_samples), weighted_(kind.weighted), x_(size_, offset), y_(size_, offset), m_(size_, offset) {
        GeneratedData data;
        data.target = Target::teacher;
        data.num_samples = size_;
        data.seed = 5;
        data.noise = 0.125;
        data.teacher_weights = {1.5, -0.75, 1.25};
        std::vector<std::uint64_t> indices(size_);
        for (std::uint64_t index = 0; index < size_; ++index) {
            indices[index] = index;
            m_.begin()[index] = static_cast<Scalar>(index % 5) / 4;
        }
        std::vector<Scalar> no_weights(size_);
        generate<Scalar>(data).source().gather(indices, {x_.begin(), y_.begin(), no_weights.data()});
    }
    std::uint64_t num_samples() const noexcept override { return size_; }
    MiniBatch<Scalar> range(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>&) const override {
        return {x_.begin() + first, y_.begin() + first, weighted_ ? m_.begin() + first : nullptr, count};
    }
    MiniBatch<Scalar> gather(std::span<const std::uint64_t> indices, const SampleBuffer<Scalar>& to) const override {
        for (std::size_t lane = 0; lane < indices.size(); ++lane) {
            to.x[lane] = x_.begin()[indices[lane]];
            to.y[lane] = y_.begin()[indices[lane]];
            to.sample_weight[lane] = m_.begin()[indices[lane]];
        }
        return {to.x, to.y, weighted_ ? to.sample_weight : nullptr, indices.size()};
    }

private:
    std::size_t size_;
    bool weighted_;
    OffsetColumn<Scalar> x_, y_, m_;
};

template <class Scalar>
Chain<Scalar> chain_of(std::string_view activation, std::size_t num_layers) {
    constexpr Activation kMixed[] = {Activation::tanh, Activation::softplus, Activation::sigmoid, Activation::identity,
                                     Activation::relu};
    std::vector<Scalar> weights = initial_weights<Scalar>(num_layers, {Initialization::Kind::uniform, 0.5}, 3);
    std::vector<Activation> activations;
    for (std::size_t layer = 0; layer < num_layers; ++layer) {
        weights[layer] += 1;  // between 1/2 and 3/2
        activations.push_back(activation == "mixed" ? kMixed[layer % 5] : parse_activation(activation));
    }
    return Chain<Scalar>(weights, activations);
}

/// The data sets of all kinds of batches, made once: they are the same for every pair.
template <class Scalar>
std::vector<Dataset<Scalar>> data_sets(std::size_t offset) {
    std::vector<Dataset<Scalar>> data;
    for (const BatchKind& kind : kBatchKinds) {
        data.emplace_back(std::make_shared<OffsetSource<Scalar>>(kind, offset));
    }
    return data;
}

template <class Scalar>
std::uint64_t hash_of(const GoldenPair& pair, const std::vector<Dataset<Scalar>>& data, const Execution& execution) {
    Fnv1a hash;
    for (std::size_t index = 0; index < std::size(kBatchKinds); ++index) {
        const BatchKind& kind = kBatchKinds[index];
        TrainingSettings settings;
        settings.optimizer.kind = pair.optimizer;
        settings.optimizer.weight_decay = 0.01;
        const bool divides_by_root = pair.optimizer == Kind::adamw || pair.optimizer == Kind::rmsprop;
        settings.learning_rates = {divides_by_root ? 0.01 : 0.05};
        settings.clip_norm = 2.0;
        settings.batch_size = kind.batch_size;
        settings.sampling = kind.sampling;
        settings.seed = 11;
        settings.stop.max_steps = kind.steps;
        settings.execution = execution;
        TrainingState<Scalar> state{chain_of<Scalar>(pair.activation, kind.num_layers)};
        const TrainingOutcome outcome = train(state, data[index], settings);
        CHECK(outcome.steps == kind.steps);
        hash.add(outcome.loss);
        for (const Scalar weight : state.chain.weights()) {
            hash.add(weight);
        }
    }
    return hash.hash();
}

template <class Scalar>
void check_pairs(std::uint64_t GoldenPair::*expected, const Execution& execution, std::size_t offset) {
    const std::vector<Dataset<Scalar>> data = data_sets<Scalar>(offset);
    for (const GoldenPair& pair : kGoldenPairs) {
        const std::uint64_t hash = hash_of<Scalar>(pair, data, execution);
        std::ostringstream message;
        message << pair.activation << ", "
                << "optimizer " << static_cast<int>(pair.optimizer) << ", " << 8 * sizeof(Scalar) << " bits: now 0x"
                << std::hex << hash << std::dec << " (" << instruction_set() << ", " << execution.num_threads
                << " threads, tiles of " << execution.tile_lanes << ", offset " << offset << ")";
        CHECK_MESSAGE(hash == pair.*expected, message.str());
    }
}

void check_grid(const Execution& execution, std::size_t offset) {
    check_pairs<double>(&GoldenPair::hash_of_double, execution, offset);
    check_pairs<float>(&GoldenPair::hash_of_float, execution, offset);
}

/// Under the sanitizers or in an emulator, many times slower, threads and tiles are not combined.
#if defined(__SANITIZE_ADDRESS__) || defined(SKEIN_EMULATED)
constexpr bool kCombineAll = false;
#else
constexpr bool kCombineAll = true;
#endif

}  // namespace

TEST_CASE("golden grid: every instruction set x threads x tile size x alignment") {
    const std::string chosen(instruction_set());
    for (const std::string_view set : available_instruction_sets()) {
        force_instruction_set(set);
        for (const int num_threads : {1, 2, 3, 7}) {
            for (const std::size_t tile_lanes : {1u, 48u, 1024u}) {
                for (const std::size_t offset : {0u, 3u}) {
                    if (kCombineAll || num_threads == (tile_lanes == 48 ? 3 : 1)) {
                        check_grid({num_threads, tile_lanes}, offset);
                    }
                }
            }
        }
    }
    force_instruction_set(chosen);
}

TEST_CASE("golden grid: the hashes are all different") {
    std::vector<std::uint64_t> hashes;
    for (const GoldenPair& pair : kGoldenPairs) {
        hashes.insert(hashes.end(), {pair.hash_of_double, pair.hash_of_float});
    }
    std::sort(hashes.begin(), hashes.end());
    CHECK(std::adjacent_find(hashes.begin(), hashes.end()) == hashes.end());
}
