/**
 * For tests: an in-memory transport, a clock that the test turns, a proxy that makes faults, Redis processes, and the contract that every
 * transport passes.
 */
@org.jspecify.annotations.NullMarked
module io.heliograph.testkit {
    requires transitive io.heliograph;
    requires transitive org.junit.jupiter.api;
    requires transitive org.slf4j;
    requires java.management;
    requires org.assertj.core;

    exports io.heliograph.testkit;
}
