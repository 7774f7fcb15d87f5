// Fails when the floating point of a build is not the exact one that skein's bits depend on: contraction, fast-math,
// denormals flushed to zero, another rounding; in core, in the kernels, or in this process. How core is compiled is
// checked by tests/structure/compile_flags.sh.
#include <doctest/doctest.h>

#include <bit>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "consumers/short_training.hpp"
#include "skein/instruction_set.hpp"

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#ifdef __FAST_MATH__
#error "the tests are compiled with -ffast-math"
#endif
static_assert(!__FINITE_MATH_ONLY__, "the tests are compiled with -ffinite-math-only");
static_assert(FLT_EVAL_METHOD == 0, "numbers are computed in another precision than their own");

namespace {

/// A number that the compiler cannot compute with.
template <class Scalar>
Scalar opaque(Scalar value) {
    volatile Scalar hidden = value;
    return hidden;
}

/// A hash for each thing that skein computes. Only constants here: the caller's environment must have nothing to
/// change.
template <class Scalar>
class Calls {
public:
    Calls() {
        add_activations();
        add_initial_weights();
        add_generated_data();
        add_schedules();
        skein_consumer::add_training<Scalar>(of("train() with sgd"), skein::Optimizer::Kind::sgd, 700);
        skein_consumer::add_training<Scalar>(of("train() with adamw"), skein::Optimizer::Kind::adamw, 0);
        skein_consumer::add_denormals<Scalar>(of("denormals"));
        of("random::uniform()").add(skein::random::uniform(1, skein::random::Stream::samples, 2));
        of("random::normal()").add(skein::random::normal(1, skein::random::Stream::samples, 2));
    }
    /// The names of those that differ.
    std::string differences(const Calls& other) const {
        std::string names;
        for (const auto& [name, hash] : hashes_) {
            if (hash.value() != other.hashes_.at(name).value()) names += name + "; ";
        }
        return names;
    }

private:
    static constexpr Scalar kSmall = std::numeric_limits<Scalar>::denorm_min() * 1001;
    static constexpr Scalar kThird = Scalar(1) / 3;

    skein_consumer::Hash& of(const std::string& name) { return hashes_[name]; }

    void add_activations() {
        using namespace skein;
        for (const Activation activation :
             {Activation::tanh, Activation::identity, Activation::sigmoid, Activation::relu, Activation::softplus}) {
            for (const Scalar value : {kThird, kSmall}) {
                of("activate()").add(activate(activation, value));
                of("slope()").add(activation_slope(activation, value));
            }
            const Chain<Scalar> chain({kThird, Scalar(1.25), kThird, kSmall}, activation);
            const auto values = back_propagate(chain, kThird, kSmall);
            of("back_propagate()").add(std::span<const Scalar>(values.activations));
            of("back_propagate()").add(std::span<const Scalar>(values.weight_gradients));
            of("back_propagate()").add(values.loss);
            of("unrolled_factors()").add(std::span<const Scalar>(unrolled_factors(chain, kThird, kSmall)));
            std::vector<Scalar> outputs(19, kThird);
            predict(chain, std::span<const Scalar>(outputs), std::span<Scalar>(outputs));
            of("predict()").add(std::span<const Scalar>(outputs));
            const Dataset<Scalar> data({kThird, Scalar(-2), kSmall}, {kSmall, kThird, Scalar(1)},
                                       {kSmall, kThird, Scalar(3)});
            const auto gradient = loss_and_gradient(chain, data);
            of("loss_and_gradient()").add(gradient.loss);
            of("loss_and_gradient()").add(std::span<const Scalar>(gradient.weight_gradients));
            of("mean_loss()").add(mean_loss(chain, data).loss);
        }
    }
    void add_initial_weights() {
        using skein::Initialization;
        for (const auto kind :
             {Initialization::Kind::normal, Initialization::Kind::uniform, Initialization::Kind::equal}) {
            of("initial_weights()").add(std::span<const Scalar>(skein::initial_weights<Scalar>(5, {kind, 0.1}, 3)));
        }
    }
    void add_generated_data() {
        using namespace skein;
        for (const Target target : {Target::teacher, Target::sine, Target::step, Target::random_labels}) {
            GeneratedData settings;
            settings.target = target;
            settings.num_samples = 21;
            settings.noise = 0.1;
            settings.input_scale = 0.3;
            settings.frequency = 0.7;
            settings.teacher_weights = {0.7, -1.3};
            settings.input = target == Target::sine ? InputDistribution::uniform : InputDistribution::normal;
            const Chain<Scalar> chain({Scalar(1)}, Activation::identity);
            const auto gradient = loss_and_gradient(chain, generate<Scalar>(settings));
            of("generate()").add(gradient.loss);
            of("generate()").add(std::span<const Scalar>(gradient.weight_gradients));
        }
    }
    void add_schedules() {
        using skein::Schedule;
        for (const auto kind :
             {Schedule::Kind::constant, Schedule::Kind::step, Schedule::Kind::cosine, Schedule::Kind::inverse_time}) {
            Schedule schedule;
            schedule.kind = kind;
            schedule.warm_up_steps = 3;
            schedule.every_steps = 2;
            schedule.total_steps = 17;
            schedule.final_factor = 0.1;
            for (std::uint64_t step = 0; step < 20; ++step) of("Schedule::factor()").add(schedule.factor(step));
        }
    }

    std::map<std::string, skein_consumer::Hash> hashes_;
};

}  // namespace

TEST_CASE_TEMPLATE("build guard: this process neither contracts, nor flushes, nor reorders", Scalar, float, double) {
    const Scalar epsilon = std::numeric_limits<Scalar>::epsilon();
    const Scalar x = opaque(1 + epsilon);
    const Scalar rounded = x * x;  // 1 + 2 epsilon, and epsilon^2 is lost
    CHECK(opaque(x) * opaque(x) - rounded == 0);
    CHECK(std::fma(x, x, -rounded) == epsilon * epsilon);
    CHECK(opaque(std::numeric_limits<Scalar>::min()) / 2 != 0);
    CHECK(opaque(std::numeric_limits<Scalar>::denorm_min()) * 1 != 0);
    CHECK((opaque(Scalar(1)) + epsilon / 4) - 1 == 0);
    CHECK(opaque(Scalar(1)) / 3 * 3 == 1);
    CHECK(std::isnan(opaque(std::numeric_limits<Scalar>::quiet_NaN())));
    CHECK(std::signbit(opaque(-Scalar(0)) * 1));
}

namespace {

/// The norms that observers are told, and those of the gradients themselves: squares rounded, then added.
class NormObserver : public skein::Observer<double> {
public:
    explicit NormObserver(const skein::Dataset<double>& data, const skein::Chain<double>& start)
        : data_(data), before_(start) {}
    bool after_step(const skein::StepReport<double>& report) override {
        double sum = 0.0;
        for (const double gradient : skein::loss_and_gradient(before_, data_).weight_gradients) {
            sum += opaque(gradient * gradient);
        }
        num_differences += report.gradient_norm != std::sqrt(sum);
        before_ = report.chain;
        return true;
    }
    int num_differences = 0;

private:
    const skein::Dataset<double>& data_;
    skein::Chain<double> before_;
};

}  // namespace

TEST_CASE("build guard: core rounds every operation of its own") {
    const skein::Dataset<double> data({0.3, -0.7, 1.1}, {0.9, 0.1, -0.4});
    skein::TrainingState<double> state{skein::Chain<double>({0.7, -1.3, 0.9, 1.1, -0.6})};
    skein::TrainingSettings settings;
    settings.stop.max_steps = 50;
    NormObserver norms(data, state.chain);
    skein::Observer<double>* const observers[] = {&norms};
    skein::train<double>(state, data, settings, observers);
    CHECK(norms.num_differences == 0);
}

TEST_CASE_TEMPLATE("build guard: the kernels keep denormals", Scalar, float, double) {
    const Scalar small = opaque(std::numeric_limits<Scalar>::denorm_min());
    for (const std::string_view name : skein::available_instruction_sets()) {
        INFO(std::string(name));
        const std::string before(skein::instruction_set());
        skein::force_instruction_set(name);
        CHECK(skein::activate(skein::Activation::relu, small) == small);
        Scalar output = 0;
        skein::predict(skein::Chain<Scalar>({Scalar(1)}, skein::Activation::identity),
                       std::span<const Scalar>(&small, 1), std::span<Scalar>(&output, 1));
        CHECK(output == small);
        skein::force_instruction_set(before);
    }
}

TEST_CASE_TEMPLATE("build guard: all instruction sets give the same bits", Scalar, float, double) {
    const std::string before(skein::instruction_set());
    skein::force_instruction_set("portable");
    const Calls<Scalar> expected;
    for (const std::string_view name : skein::available_instruction_sets()) {
        INFO(std::string(name));
        skein::force_instruction_set(name);
        CHECK(Calls<Scalar>().differences(expected) == "");
    }
    skein::force_instruction_set(before);
}

#if defined(__x86_64__)
namespace {

constexpr std::uint32_t kStickyFlags = 0x3F;

/// The control register as a caller may have set it, for as long as one of these lives.
class ControlRegister {
public:
    explicit ControlRegister(std::uint32_t value) : saved_(_mm_getcsr()) { _mm_setcsr(value); }
    ~ControlRegister() { _mm_setcsr(saved_); }
    ControlRegister(const ControlRegister&) = delete;
    ControlRegister& operator=(const ControlRegister&) = delete;

private:
    std::uint32_t saved_;
};

}  // namespace

TEST_CASE_TEMPLATE("build guard: the caller's floating-point environment changes no bit, and is given back", Scalar,
                   float, double) {
    constexpr std::uint32_t kDefault = 0x1F80;
    CHECK((_mm_getcsr() & ~kStickyFlags) == kDefault);

    struct Case {
        std::string name;
        std::uint32_t control;
    };
    for (const std::string_view name : skein::available_instruction_sets()) {
        INFO(std::string(name));
        const std::string before(skein::instruction_set());
        skein::force_instruction_set(name);
        const Calls<Scalar> expected;
        for (const Case& environment :
             {Case{"flush to zero, denormals are zero", kDefault | 0x8040}, Case{"round down", kDefault | 0x2000},
              Case{"round up", kDefault | 0x4000}, Case{"round towards zero, flush to zero", kDefault | 0xE040}}) {
            INFO(environment.name);
            std::optional<Calls<Scalar>> calls;
            std::uint32_t control;
            {
                const ControlRegister changed(environment.control);
                calls.emplace();
                control = _mm_getcsr();
            }
            CHECK(calls->differences(expected) == "");
            CHECK((control & ~kStickyFlags) == environment.control);
        }
        skein::force_instruction_set(before);
    }
}

TEST_CASE_TEMPLATE("build guard: nothing traps where the caller has unmasked exceptions", Scalar, float, double) {
    const std::vector<Scalar> inputs{std::numeric_limits<Scalar>::quiet_NaN(), std::numeric_limits<Scalar>::infinity(),
                                     std::numeric_limits<Scalar>::max(), std::numeric_limits<Scalar>::denorm_min()};
    const skein::Chain<Scalar> chain({Scalar(2), Scalar(0)}, skein::Activation::identity);
    std::vector<Scalar> outputs(inputs.size());
    {
        const ControlRegister trapping(0);
        skein::predict(chain, std::span<const Scalar>(inputs), std::span<Scalar>(outputs));
    }
    CHECK(std::isnan(outputs[0]));
    CHECK(std::isnan(outputs[1]));
    CHECK(std::isnan(outputs[2]));
    CHECK(outputs[3] == 0);
}
#endif
