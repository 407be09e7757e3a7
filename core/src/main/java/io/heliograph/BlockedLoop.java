package io.heliograph;

import java.time.Duration;
import java.util.List;

/**
 * User code that has held an event loop for longer than it may.
 *
 * @param thread the name of the loop's thread
 * @param atLeast how long it had been held when it was noticed
 * @param stack where it was, innermost call first
 */
public record BlockedLoop(String thread, Duration atLeast, List<StackTraceElement> stack) {

    public BlockedLoop {
        stack = List.copyOf(stack);
    }
}
