// The statistics of random numbers and orders (number_statistics.hpp, order_statistics.hpp) with as many draws as a few
// minutes allow: a billion numbers of each kind, a thousand seeds, bijections of up to 2^28 + 1 samples. Prints the
// smallest p-value of each group; exit code 1 if one is below kAlpha / (number of all checks).
//
//     random_statistics [numbers of each kind, 1e9]        see random_statistics.sh
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <thread>

#include "support/number_statistics.hpp"
#include "support/order_statistics.hpp"
#include "support/single_number_statistics.hpp"

namespace {

using namespace skein::statistics;

const unsigned kNumThreads = std::max(1u, std::thread::hardware_concurrency());

/// work(thread, task) of every task in [0, num_tasks), on all threads.
template <class Work>
void for_each_task(std::uint64_t num_tasks, Work work) {
    std::atomic<std::uint64_t> next = 0;
    std::vector<std::thread> threads;
    for (unsigned thread = 0; thread < kNumThreads; ++thread) {
        threads.emplace_back([&, thread] {
            for (std::uint64_t task = next++; task < num_tasks; task = next++) {
                work(thread, task);
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

/// `count` numbers, a million at a time: the sums of floating-point numbers are of different order from run to run, the
/// numbers are the same.
template <class Counts>
Checks counted(const Counts& none, std::uint64_t count) {
    constexpr std::uint64_t kPart = std::uint64_t{1} << 20;
    std::vector<Counts> of_thread(kNumThreads, none);
    for_each_task((count + kPart - 1) / kPart, [&](unsigned thread, std::uint64_t part) {
        of_thread[thread].add(777, part * kPart, std::min(kPart, count - part * kPart));
    });
    for (unsigned thread = 1; thread < kNumThreads; ++thread) {
        of_thread[0].add(of_thread[thread]);
    }
    return of_thread[0].checks();
}

Checks bijections(int power) {
    std::vector<std::uint8_t> good(6);
    for_each_task(good.size(), [&](unsigned, std::uint64_t task) {
        const std::uint64_t size = (std::uint64_t{1} << power) + task % 3 - 1;
        good[task] = is_bijection(size, 41 + task / 3, task / 3, 64) ? 1 : 0;
    });
    Checks checks;
    for (std::size_t task = 0; task < good.size(); ++task) {
        checks.add("2^" + std::to_string(power) + " + " + std::to_string(task % 3) + " - 1",
                   good[task] != 0 ? 1.0 : 0.0);
    }
    return checks;
}

Checks parities() {
    std::vector<Checks> of_size(513);
    for_each_task(of_size.size() - 3,
                  [&](unsigned, std::uint64_t task) { of_size[task + 3] = parity_checks(task + 3, 10000); });
    Checks all;
    for (const Checks& checks : of_size) {
        all.add(checks);
    }
    return all;
}

/// The odds of single orders of 5, 6, 7 and 8 samples vary by a relative e of 0.066, 0.13, 0.42 and 1.1 % (root mean
/// square, counted with ideal round functions), which adds draws x e^2 to Pearson's statistic: half its standard
/// deviation at most for the draws below.
constexpr SmallOrders kSmallOrders[] = {
    {5, 5, 5, 1000, 12000}, {6, 6, 6, 1000, 7200},  {7, 4, 7, 200, 8400},   {8, 3, 8, 250, 4032},
    {9, 4, 5, 100, 30240},  {12, 3, 4, 300, 13200}, {16, 3, 4, 100, 33600}, {17, 2, 3, 300, 2720},
    {32, 2, 3, 300, 9920},  {100, 1, 2, 300, 1000},
};
constexpr LargeOrders kLargeOrders[] = {
    {1000, 10, 1000, true},  {4098, 16, 1000, true},    {65536, 64, 1000, true},
    {65538, 64, 1000, true}, {1000000, 64, 1000, true}, {(1 << 24) + 2, 64, 40, true},
};

}  // namespace

int main(int count, char** arguments) {
    const auto numbers = static_cast<std::uint64_t>(count > 1 ? std::atof(arguments[1]) : 1e9);
    Checks all;
    const auto add = [&](const Checks& checks) {
        const Check& worst = *std::min_element(checks.all().begin(), checks.all().end(), [](auto& a, auto& b) {
            return !(a.p >= b.p);  // a NaN is the worst of all
        });
        std::printf("%4zu checks, smallest p-value %-8.2g of %s\n", checks.all().size(), worst.p, worst.what.c_str());
        std::fflush(stdout);
        all.add(checks);
    };

    add(counted(NormalCounts<float>(), numbers / 2));  // two of a sample
    add(counted(NormalCounts<double>(), numbers / 2));
    add(counted(UniformCounts<float>(), numbers));
    add(counted(UniformCounts<double>(), numbers));
    add(counted(LabelCounts<float>(), numbers / 16));
    add(counted(LabelCounts<double>(), numbers / 16));
    add(counted(SingleNumberCounts(), numbers / 16));
    for (const std::uint64_t bound : kBounds) {
        add(counted(IntegerCounts(bound), numbers / 16));
    }
    for (int power = 21; power <= 28; ++power) {
        add(bijections(power));
    }
    add(parities());
    std::vector<Checks> orders(std::size(kLargeOrders) + std::size(kSmallOrders));
    for_each_task(orders.size(), [&](unsigned, std::uint64_t task) {
        orders[task] = task < std::size(kLargeOrders)
                           ? large_order_checks(kLargeOrders[std::size(kLargeOrders) - 1 - task])  // the longest first
                           : small_order_checks(kSmallOrders[task - std::size(kLargeOrders)]);
    });
    for (const Checks& checks : orders) {
        add(checks);
    }

    bool good = true;
    for (const Check& check : all.all()) {
        if (!(check.p >= all.limit())) {
            std::printf("BELOW THE LIMIT of %.2g: %s, p = %.3g\n", all.limit(), check.what.c_str(), check.p);
            good = false;
        }
    }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
