// The bits of compressed data sets, and of training on them: over threads and instruction sets.
#include <doctest/doctest.h>

#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "compression/compressed_storage.hpp"
#include "skein/compressed_dataset.hpp"
#include "skein/generated_data.hpp"
#include "skein/instruction_set.hpp"
#include "skein/trainer.hpp"
#include "support/fnv1a.hpp"

namespace skein {
namespace {

template <class Scalar>
std::uint64_t hash_of(int num_threads) {
    GeneratedData samples;
    samples.num_samples = 3 * CompressedDataset::kSegmentSamples + 777;
    samples.noise = 0.125;
    samples.teacher_weights = {1.5, -0.75, 1.25};
    CompressionSettings settings;
    settings.execution.num_threads = num_threads;
    const CompressedDataset sums = compress(generate<Scalar>(samples), settings);
    Fnv1a hash;
    for (const internal::MomentSubtree& subtree : internal::CompressedAccess::storage(sums).subtrees) {
        for (const double sum : subtree.sums) {
            hash.add(sum);
        }
    }
    TrainingState<Scalar> state{Chain<Scalar>({Scalar(0.75), Scalar(1.25), Scalar(-0.5)})};
    TrainingSettings training;
    training.stop.max_steps = 20;
    training.execution.num_threads = num_threads;
    const TrainingOutcome outcome = train(state, CompressedData<Scalar>(sums), training);
    CHECK(outcome.steps == 20);
    for (const Scalar weight : state.chain.weights()) {
        hash.add(weight);
    }
    hash.add(outcome.loss);
    hash.add(outcome.compression->largest_bound);
    return hash.hash();
}

template <class Scalar>
void check_hash(std::uint64_t expected, int num_threads) {
    const std::uint64_t hash = hash_of<Scalar>(num_threads);
    std::ostringstream message;
    message << "now 0x" << std::hex << hash << ", expected 0x" << expected << std::dec << " (" << instruction_set()
            << ", " << num_threads << " threads)";
    CHECK_MESSAGE(hash == expected, message.str());
}

void check_hashes(int num_threads) {
    check_hash<double>(0xc8b9e94b8ba85f3c, num_threads);
    check_hash<float>(0x9126a67341a044b7, num_threads);
}

}  // namespace

TEST_CASE("golden hashes of compressed data: any number of threads") {
    for (const int num_threads : {1, 2, 5}) {
        check_hashes(num_threads);
    }
}

TEST_CASE("golden hashes of compressed data: every instruction set") {
    const std::string chosen(instruction_set());
    for (const std::string_view set : available_instruction_sets()) {
        force_instruction_set(set);
        check_hashes(2);
    }
    force_instruction_set(chosen);
}

}  // namespace skein
