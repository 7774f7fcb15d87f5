#include "base/carry_tree.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace skein::internal {
namespace {

/// Its leaves, with parentheses around each sum.
struct Subtree {
    std::string text;
    int level;
};

Subtree together(const Subtree& left, const Subtree& right) {
    return {"(" + left.text + right.text + ")", left.level + 1};
}

TEST_CASE("subtrees are joined as soon as they are complete, the rest from the last to the first") {
    std::vector<Subtree> subtrees;
    for (const char leaf : std::string("abcdefg")) {
        carry(
            subtrees, Subtree{std::string(1, leaf), 0},
            [](const Subtree& left, const Subtree& right) { return left.level == right.level; }, together);
    }
    REQUIRE(subtrees.size() == 3);
    CHECK(subtrees[0].text == "((ab)(cd))");
    CHECK(subtrees[1].text == "(ef)");
    CHECK(subtrees[2].text == "g");
    CHECK(joined(subtrees, together).text == "(((ab)(cd))((ef)g))");
}

TEST_CASE("TreeSum adds in the same order") {
    const double leaf[] = {0.1, 1e15, 0.3, 1.7, -1e15, 0.7, 1e-3};
    TreeSum tree(2, 7);
    for (int repetition = 0; repetition < 2; ++repetition) {
        tree.clear();
        for (const double number : leaf) {
            tree.next_leaf()[0] = number;
            tree.next_leaf()[1] = 1.0;
            tree.add_leaf();
        }
        double sums[2];
        tree.total(sums);
        CHECK(sums[0] == ((leaf[0] + leaf[1]) + (leaf[2] + leaf[3])) + ((leaf[4] + leaf[5]) + leaf[6]));
        CHECK(sums[0] != ((((((leaf[0] + leaf[1]) + leaf[2]) + leaf[3]) + leaf[4]) + leaf[5]) + leaf[6]));
        CHECK(sums[1] == 7.0);
    }
}

}  // namespace
}  // namespace skein::internal
