// Counts every allocation of the process, in all threads, by standing in front of malloc and its kin: a training step
// after the first allocates nothing. An executable of its own: not for builds with sanitizers, who stand there too.
#include <doctest/doctest.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <vector>

#include "skein/generated_data.hpp"
#include "skein/trainer.hpp"

namespace {
std::atomic<std::size_t> num_allocations{0};
}

extern "C" {
// glibc's own names for what it does behind malloc (stable since 2.0): the way to stand in front without dlsym, which
// allocates.
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) {
    ++num_allocations;
    return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
    ++num_allocations;
    return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
    ++num_allocations;
    return __libc_realloc(memory, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
    ++num_allocations;
    return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) { return memalign(alignment, size); }
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
    *memory = memalign(alignment, size);
    return *memory == nullptr ? ENOMEM : 0;
}
}

namespace skein {
namespace {

/// Counts what is allocated between the end of the first step and the end of the last.
template <class Scalar>
struct AllocationCounter final : Observer<Scalar> {
    bool after_step(const StepReport<Scalar>& report) override {
        if (report.step == 1) {
            before = num_allocations.load();
        }
        after = num_allocations.load();
        return true;
    }
    std::size_t before = 0, after = 0;
};

template <class Scalar>
std::size_t allocations_of(const TrainingSettings& settings, std::uint64_t num_samples) {
    GeneratedData data_settings;
    data_settings.num_samples = num_samples;
    data_settings.noise = 0.1;
    data_settings.teacher_weights = {1.2, 0.8};
    const Dataset<Scalar> generated = generate<Scalar>(data_settings);
    TrainingState<Scalar> state{Chain<Scalar>(std::vector<Scalar>(8, Scalar(1)))};
    AllocationCounter<Scalar> counter;
    Observer<Scalar>* const observers[] = {&counter};
    train<Scalar>(state, generated, settings, observers);
    return counter.after - counter.before;
}

}  // namespace

TEST_CASE("the counter counts") {
    const std::size_t before = num_allocations.load();
    const std::vector<int> memory(1000);
    CHECK(memory[0] == 0);
    CHECK(num_allocations.load() > before);
}

TEST_CASE_TEMPLATE("a step after the first allocates nothing", Scalar, float, double) {
    for (const Optimizer::Kind kind : {Optimizer::Kind::sgd, Optimizer::Kind::momentum, Optimizer::Kind::nesterov,
                                       Optimizer::Kind::adamw, Optimizer::Kind::rmsprop}) {
        for (const Sampling sampling : {Sampling::shuffled, Sampling::with_replacement, Sampling::sequential}) {
            for (const int num_threads : {1, 3}) {
                TrainingSettings settings;
                settings.optimizer.kind = kind;
                settings.optimizer.weight_decay = 0.01;
                settings.clip_norm = 0.1;
                settings.schedule = {.kind = Schedule::Kind::cosine, .warm_up_steps = 2};
                settings.sampling = sampling;
                settings.execution.num_threads = num_threads;
                settings.stop.target_loss = 0.0;  // looks at the full loss at the end of each epoch
                settings.stop.max_epochs = 3;
                CAPTURE(num_threads);
                settings.batch_size = 12000;  // several threads; the last batch of an epoch is short
                CHECK(allocations_of<Scalar>(settings, 26500) == 0);
                settings.batch_size = 32;
                CHECK(allocations_of<Scalar>(settings, 300) == 0);
                settings.batch_size = 0;
                CHECK(allocations_of<Scalar>(settings, 20000) == 0);
            }
        }
    }
}

}  // namespace skein
