// The rows of history.csv: which steps have one, and what a row says of the steps since the row before.
#include "skein/files/history.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "skein/chain.hpp"

namespace skein {
namespace {

constexpr std::uint64_t kStepsPerEpoch = 1000;

/// The rows of a run of `num_steps` steps, whose losses are 1, 2, 3, ...: their means are exact.
std::vector<HistoryRow> rows_of(std::optional<std::uint64_t> interval, std::uint64_t num_steps) {
    constexpr double kWeight[] = {1.0};
    const Chain<double> chain(kWeight);
    History<double> history(interval, kStepsPerEpoch, 0.5, nullptr, Execution{});
    for (std::uint64_t step = 1; step <= num_steps; ++step) {
        CHECK(history.after_step({step, kStepsPerEpoch, static_cast<double>(step), 0.0, 1.0, chain}));
    }
    history.finish(std::nan(""));
    return history.rows();
}

/// Each step is in one row, and a row has the mean of its losses.
void check_rows(const std::vector<HistoryRow>& rows, std::uint64_t num_steps) {
    std::uint64_t before = 0;
    for (const HistoryRow& row : rows) {
        CHECK(row.num_steps == row.step - before);
        CHECK(row.loss == static_cast<double>(before + 1 + row.step) / 2);
        before = row.step;
    }
    CHECK(before == num_steps);
}

}  // namespace

TEST_CASE("a run that ends early has a row for each step") {
    for (const std::uint64_t num_steps : {1u, 2u, 999u, 1999u}) {
        const std::vector<HistoryRow> rows = rows_of(std::nullopt, num_steps);
        CHECK(rows.size() == num_steps);
        check_rows(rows, num_steps);
    }
}

TEST_CASE("a run of any length has from 1,000 to 2,000 rows") {
    for (const std::uint64_t num_steps : {2000u, 2001u, 3999u, 7999u, 12'345u, 131'072u, 1'000'001u}) {
        CAPTURE(num_steps);
        const std::vector<HistoryRow> rows = rows_of(std::nullopt, num_steps);
        CHECK(rows.size() >= 999);
        CHECK(rows.size() <= 2000);
        check_rows(rows, num_steps);
    }
}

TEST_CASE("a wanted interval is kept within each epoch, and the end of an epoch has a row") {
    const std::vector<HistoryRow> rows = rows_of(300, 2500);
    std::vector<std::uint64_t> steps;
    for (const HistoryRow& row : rows) steps.push_back(row.step);
    CHECK(steps == std::vector<std::uint64_t>{300, 600, 900, 1000, 1300, 1600, 1900, 2000, 2300, 2500});
    check_rows(rows, 2500);
}

TEST_CASE("an interval longer than an epoch is rounded up to whole epochs") {
    const std::vector<HistoryRow> rows = rows_of(1001, 4500);
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].step == 2000);
    CHECK(rows[0].epoch == 2);
    CHECK(rows[1].step == 4000);
    CHECK(rows[2].step == 4500);
}

}  // namespace skein
