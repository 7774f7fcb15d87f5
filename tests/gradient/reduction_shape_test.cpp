// Losses and gradients are summed in the stated shape, to the bit; threads and tiles change nothing.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "skein/back_propagation.hpp"
#include "skein/chain.hpp"
#include "skein/dataset.hpp"
#include "skein/gradient.hpp"
#include "skein/instruction_set.hpp"
#include "support/chain_cases.hpp"
#include "support/reference.hpp"

using namespace skein;
using namespace skein::test;

namespace {

template <class Scalar>
void check_against_reference(std::size_t count, bool weighted) {
    CAPTURE(count);
    CAPTURE(weighted);
    CAPTURE(sizeof(Scalar));
    const Chain<Scalar> chain = random_chain<Scalar>(kEveryActivation, count);
    const Samples<Scalar> samples = random_samples<Scalar>(count, count + 1, weighted);
    const LossAndGradient<Scalar> expected = reference::loss_and_gradient(chain, samples.view());
    CHECK(same_bits(loss_and_gradient(chain, samples.view()), expected));
    CHECK(same_bits(loss_and_gradient(chain, samples.dataset()), expected));
    CHECK(mean_loss(chain, samples.dataset()).loss == expected.loss);
    CHECK((expected.weight_gradients[0] != 0 || count < 10));
    for (const std::size_t tile_lanes : Sizes{1, 17, 64, 1024}) {
        CAPTURE(tile_lanes);
        CHECK(same_bits(loss_and_gradient(chain, samples.view(), {1, tile_lanes}), expected));
    }
}

/// At least 65,536 samples x layers, below which the library does not wake a second thread.
template <class Scalar>
void check_executions(std::size_t count, bool weighted) {
    const Chain<Scalar> chain =
        random_chain<Scalar>({A::tanh, A::tanh, A::softplus, A::tanh, A::sigmoid, A::tanh, A::identity, A::tanh}, 5);
    const Samples<Scalar> samples = random_samples<Scalar>(count, 6, weighted);
    const LossAndGradient<Scalar> expected = reference::loss_and_gradient(chain, samples.view());
    const Dataset<Scalar> data = samples.dataset();
    for (const int num_threads : {1, 2, 3, 7}) {
        for (const std::size_t tile_lanes : Sizes{0, 1, 8, 16, 33, 63, 64, 65, 256, 1000, 1024, 5000}) {
            CAPTURE(num_threads);
            CAPTURE(tile_lanes);
            CHECK(same_bits(loss_and_gradient(chain, data, {num_threads, tile_lanes}), expected));
        }
        CHECK(mean_loss(chain, data, {num_threads, 0}).loss == expected.loss);
    }
}

}  // namespace

TEST_CASE("a batch gives what its samples give one by one, summed in the stated shape, to the bit") {
    const std::string chosen(instruction_set());
    for (const std::string_view set : available_instruction_sets()) {
        CAPTURE(set);
        force_instruction_set(set);
        // Around rows of 8 and 16 lanes, tiles of 64 and 256, chunks of 1,024; trees of 2, 3, 5 and 6 chunks.
        for (const std::size_t count : Sizes{1,  2,   7,   8,   9,    15,   16,   17,   31,   63,   64,
                                             65, 255, 256, 257, 1023, 1024, 1025, 2049, 3000, 5000, 5121}) {
            for (const bool weighted : {false, true}) {
                check_against_reference<float>(count, weighted);
                check_against_reference<double>(count, weighted);
            }
        }
    }
    force_instruction_set(chosen);
}

TEST_CASE("neither threads nor tiles change a bit") {
    for (const std::size_t count : Sizes{9000, 66'000}) {
        for (const bool weighted : {false, true}) {
            CAPTURE(count);
            CAPTURE(weighted);
            check_executions<float>(count, weighted);
            check_executions<double>(count, weighted);
        }
    }
}

TEST_CASE("predictions do not depend on lanes, threads or instruction sets") {
    const std::string chosen(instruction_set());
    const Chain<double> chain = random_chain<double>(kEveryActivation, 3);
    for (const std::size_t count : Sizes{1, 7, 8, 9, 1025, 12'000}) {
        CAPTURE(count);
        const Samples<double> samples = random_samples<double>(count, 4);
        std::vector<double> expected;
        for (const double x : samples.x) {
            expected.push_back(back_propagate(chain, x, 0.0).activations.back());
        }
        for (const std::string_view set : available_instruction_sets()) {
            CAPTURE(set);
            force_instruction_set(set);
            for (const int num_threads : {1, 3}) {
                CAPTURE(num_threads);
                std::vector<double> outputs(count);
                predict<double>(chain, samples.x, outputs, {num_threads, 0});
                CHECK(std::memcmp(outputs.data(), expected.data(), count * sizeof(double)) == 0);
            }
        }
    }
    force_instruction_set(chosen);
}
