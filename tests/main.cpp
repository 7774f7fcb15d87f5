#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>
#include <exception>

#include "skein/instruction_set.hpp"

int main(int argc, char** argv) {
    try {
        skein::instruction_set();
    } catch (const std::exception& error) {  // SKEIN_INSTRUCTION_SET names one that this CPU lacks: ctest skips
        std::printf("%s\n", error.what());
        return 1;
    }
    return doctest::Context(argc, argv).run();
}
