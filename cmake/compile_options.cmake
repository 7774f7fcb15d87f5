# What every target of ours is compiled with.

# Warnings, for our own targets only: they never reach users.
function(skein_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
    # GCC 12 sees copies in std::string + that overlap, or run over, which do not (GCC bugs 105651, 105329).
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow>
    $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds>)
  # GCC: with the sanitizers this warning has more false alarms than true ones (its manual says so, at -fsanitize).
  if(CMAKE_CXX_FLAGS MATCHES "-fsanitize")
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  endif()
  if(SKEIN_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()

# Exact floating point, whatever flags the surrounding build brings: the same bits on every CPU depend on it.
# -fno-math-errno changes no result: it lets square roots be one instruction.
function(skein_exact_floating_point target)
  target_compile_options(${target} PRIVATE -fno-fast-math -ffp-contract=off -fno-math-errno)
endfunction()

# Code that calls others and spends no time itself: in half the time of the compiler.
function(skein_quick_to_compile target)
  if(CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo)$")
    target_compile_options(${target} PRIVATE -O1)
  endif()
endfunction()

# Under the sanitizers every reference is a check of its own, thousands after inlining: without these, tests take half of
# the time to compile, and the portable kernels do not take minutes. Bounds, overflow, shifts and all accesses to memory
# stay checked.
function(skein_light_sanitizers target)
  if(CMAKE_CXX_FLAGS MATCHES "-fsanitize")
    target_compile_options(${target} PRIVATE -fno-sanitize=null,alignment,object-size,pointer-overflow)
  endif()
endfunction()
