// Measures the largest error of every elementary function: over every float (judged by skein's double functions, which
// this program measures as well) and over more than 1e9 doubles each (judged by long double, and by MPFR at the worst
// of them). Prints a table; exit code 1 if an error exceeds its constant in skein/elementary.hpp.
//
//     exhaustive_ulp [doubles per function, 1e9] [function]        see exhaustive_ulp.sh
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>

#include "support/ulp.hpp"

namespace {

using skein::ulp::Function;

constexpr std::size_t kBlock = 4096;

template <class Scalar>
struct Found {
    double error;
    Scalar z;
};

/// The worst arguments so far.
template <class Scalar>
class Worst {
public:
    explicit Worst(std::size_t count) : count_(count) {}
    void add(double error, Scalar z) {
        if (error >= threshold_) {
            found_.push_back({error, z});
            if (found_.size() >= 2 * count_) {
                shrink();
            }
        }
    }
    void add(const Worst& other) {
        for (const Found<Scalar>& found : other.found_) {
            add(found.error, found.z);
        }
    }
    const std::vector<Found<Scalar>>& found() const { return found_; }

private:
    void shrink() {
        const auto end = found_.begin() + static_cast<std::ptrdiff_t>(count_);
        std::nth_element(found_.begin(), end, found_.end(), [](auto& a, auto& b) { return a.error > b.error; });
        found_.erase(end, found_.end());
        threshold_ =
            std::min_element(found_.begin(), found_.end(), [](auto& a, auto& b) { return a.error < b.error; })->error;
    }
    std::size_t count_;
    double threshold_ = 0;
    std::vector<Found<Scalar>> found_;
};

/// Runs work(thread, worst) on every thread and collects.
template <class Scalar, class Work>
Worst<Scalar> on_all_threads(std::size_t count, Work work) {
    const unsigned num_threads = std::max(1u, std::thread::hardware_concurrency());
    std::vector<Worst<Scalar>> of_thread(num_threads, Worst<Scalar>(count));
    std::vector<std::thread> threads;
    for (unsigned thread = 0; thread < num_threads; ++thread) {
        threads.emplace_back([&, thread] { work(thread, num_threads, of_thread[thread]); });
    }
    Worst<Scalar> all(count);
    for (unsigned thread = 0; thread < num_threads; ++thread) {
        threads[thread].join();
        all.add(of_thread[thread]);
    }
    return all;
}

/// As ulp::error, in double.
double float_error(float computed, double exact) {
    if (std::isnan(exact) || std::isnan(computed)) {
        return std::isnan(exact) && std::isnan(computed) ? 0 : std::numeric_limits<double>::infinity();
    }
    const double bounded = std::clamp(exact, -0x1p128, 0x1p128);
    const double c = std::clamp(static_cast<double>(computed), -0x1p128, 0x1p128);
    if (c == bounded) {
        return 0;
    }
    const std::uint64_t exponent_bits = std::bit_cast<std::uint64_t>(bounded) & 0x7FF0000000000000u;
    const double binade = std::clamp(std::bit_cast<double>(exponent_bits), 0x1p-126, 0x1p127);
    return std::fabs(c - bounded) / (binade * 0x1p-23);
}

bool in_range(const Function& function, double z) {
    return function.name.find("two_pi") == std::string_view::npos || std::fabs(z) <= function.high;
}

Worst<float> all_floats(const Function& function) {
    return on_all_threads<float>(64, [&](std::uint64_t thread, std::uint64_t num_threads, Worst<float>& worst) {
        std::vector<float> z(kBlock), computed(kBlock);
        std::vector<double> wide(kBlock), exact(kBlock);
        for (std::uint64_t first = thread * kBlock; first < std::uint64_t{1} << 32; first += num_threads * kBlock) {
            for (std::size_t i = 0; i < kBlock; ++i) {
                z[i] = std::bit_cast<float>(static_cast<std::uint32_t>(first + i));
                wide[i] = static_cast<double>(z[i]);
            }
            function(z, computed);
            function(wide, exact);
            for (std::size_t i = 0; i < kBlock; ++i) {
                if (in_range(function, wide[i])) {
                    worst.add(float_error(computed[i], exact[i]), z[i]);
                }
            }
        }
    });
}

void judge_doubles(const Function& function, const std::vector<double>& z, Worst<double>& worst) {
    std::vector<double> computed(z.size());
    function(z, computed);
    for (std::size_t i = 0; i < z.size(); ++i) {
        if (in_range(function, z[i])) {
            worst.add(skein::ulp::error(computed[i], function.exact(static_cast<long double>(z[i]))), z[i]);
        }
    }
}

Worst<double> many_doubles(const Function& function, std::uint64_t count) {
    std::vector<double> edges;
    for (const double edge : skein::ulp::region_edges<double>()) {
        for (int step = -64; step <= 64; ++step) {
            edges.push_back(skein::ulp::steps_from(edge, step));
            edges.push_back(-edges.back());
        }
    }
    return on_all_threads<double>(100000, [&](std::uint64_t thread, std::uint64_t num_threads, Worst<double>& worst) {
        if (thread == 0) {
            judge_doubles(function, edges, worst);
        }
        std::vector<double> z(kBlock);
        for (std::uint64_t first = thread * kBlock; first < count; first += num_threads * kBlock) {
            for (std::size_t i = 0; i < kBlock; ++i) {
                z[i] = skein::ulp::argument(function, first + i);
            }
            judge_doubles(function, z, worst);
        }
    });
}

/// Judges the worst again with MPFR and prints the worst of all. False if it exceeds the constant.
template <class Scalar>
bool report(const Function& function, const char* scalar, const Worst<Scalar>& worst) {
    Found<Scalar> largest{0, 0};
    for (const Found<Scalar>& found : worst.found()) {
        Scalar computed;
        function({&found.z, 1}, {&computed, 1});
        const double error = skein::ulp::error_by_mpfr(function, found.z, computed);
        if (error > largest.error) {
            largest = {error, found.z};
        }
    }
    const bool good = largest.error <= function.max_ulp<Scalar>();
    std::printf("%-11s %-6s  %.5f ULP at %a%s\n", function.name.data(), scalar, largest.error,
                static_cast<double>(largest.z), good ? "" : "  EXCEEDS ITS CONSTANT");
    std::fflush(stdout);
    return good;
}

}  // namespace

int main(int count, char** arguments) {
    const auto num_doubles = static_cast<std::uint64_t>(count > 1 ? std::atof(arguments[1]) : 1e9);
    bool good = true;
    for (const Function& function : skein::ulp::kFunctions) {
        if (count > 2 && function.name != arguments[2]) {
            continue;
        }
        good = report(function, "float", all_floats(function)) && good;
        good = report(function, "double", many_doubles(function, num_doubles)) && good;
    }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
