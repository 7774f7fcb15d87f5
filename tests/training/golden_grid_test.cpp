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
    {"tanh", Kind::sgd, 0x24aac6e5a12c54b1, 0x805645679735f537},
    {"tanh", Kind::momentum, 0x8115bfba93b06f4e, 0x3266cc7add624838},
    {"tanh", Kind::nesterov, 0x0ac42a6aa4126eaf, 0x0d17962ba270ba62},
    {"tanh", Kind::adamw, 0x78051c57bab46a8f, 0x5db27e6dacf9ad12},
    {"tanh", Kind::rmsprop, 0x058ca6cfa384ec07, 0xef85f8f89959757d},
    {"identity", Kind::sgd, 0xb3604a672162c40c, 0x45d75d2a9a6d739c},
    {"identity", Kind::momentum, 0x55e91b9fdb40ba85, 0x011e5911e93d2ef1},
    {"identity", Kind::nesterov, 0x7863a11ac4b3825e, 0x4dabccc8a55705b5},
    {"identity", Kind::adamw, 0x440d5cd1caba8cbb, 0xa70529e0dcd86692},
    {"identity", Kind::rmsprop, 0xfe8b34ae72627b74, 0x58ea3efa99dd0c92},
    {"sigmoid", Kind::sgd, 0xbf6b2157926ec38c, 0x44b9224504005de6},
    {"sigmoid", Kind::momentum, 0x86e1e6cf7e4645f6, 0xdc968898c3db4397},
    {"sigmoid", Kind::nesterov, 0x58d4730dab104220, 0x2442062fc9669984},
    {"sigmoid", Kind::adamw, 0xd1b1a7368a42f21a, 0xd9d1e203262963fd},
    {"sigmoid", Kind::rmsprop, 0xe6cd1cc4b0ed5d35, 0x8e0daf4812914841},
    {"relu", Kind::sgd, 0x1445bc82296a316a, 0xb20161c34a15ea9f},
    {"relu", Kind::momentum, 0x93e20a8d9df4d941, 0x62f7872c6407395a},
    {"relu", Kind::nesterov, 0x1e7d777cfc37474c, 0x1dbf779ed8370b2b},
    {"relu", Kind::adamw, 0xd5cb30e6e81d2b9e, 0x3d36ec3c64527261},
    {"relu", Kind::rmsprop, 0xbeb64f7f925de0e1, 0xd0838bd6e001b3b9},
    {"softplus", Kind::sgd, 0xb6a9bdca01a519cb, 0xeef13a67bf3f8506},
    {"softplus", Kind::momentum, 0x2c03221294200c12, 0x4e7f7d76808873b8},
    {"softplus", Kind::nesterov, 0xf9509ee654a6480e, 0xe4ec51ff94db551c},
    {"softplus", Kind::adamw, 0x3c8f783faf43e9a5, 0x55072070654ee5c1},
    {"softplus", Kind::rmsprop, 0x64d296abe46baaef, 0x714b6af6cbea6865},
    {"leaky_relu", Kind::sgd, 0x1b3909d65dcdff90, 0x5624ea9487063b91},
    {"leaky_relu", Kind::momentum, 0x05e8c75dedd4478e, 0xde66469d3bab0fbf},
    {"leaky_relu", Kind::nesterov, 0xbf21430bea9942d9, 0xce623e8ed9bcc423},
    {"leaky_relu", Kind::adamw, 0x98f26ce0935a8520, 0xa474da4ded597bf9},
    {"leaky_relu", Kind::rmsprop, 0xe962eecfd6bc79c7, 0x89a9c4c07cd994ba},
    {"elu", Kind::sgd, 0x89711ff34206f6d1, 0xe865ace3615cbe21},
    {"elu", Kind::momentum, 0x8d228bb82d2441bf, 0xcb5d09a609715b08},
    {"elu", Kind::nesterov, 0xa5313dd246abdf3d, 0x78fe30cbde61612c},
    {"elu", Kind::adamw, 0x70165681c6904c57, 0x0e13fa657b61cb26},
    {"elu", Kind::rmsprop, 0xa8c71f5230eb3e14, 0x4ac5f897b06157e5},
    {"mixed", Kind::sgd, 0x82b5be61d13d9c88, 0x5c40a4fc0db66126},
    {"mixed", Kind::momentum, 0xbf4db5f77f3407cc, 0x30ea71e781e5b2fd},
    {"mixed", Kind::nesterov, 0xd755aa6ecba4668f, 0x62df7eba07804ef9},
    {"mixed", Kind::adamw, 0xe53f71b4d9dd7036, 0x39506d67829f3445},
    {"mixed", Kind::rmsprop, 0x8215e0a8ecaeb6c9, 0x144bee206ce2e6f6},
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
