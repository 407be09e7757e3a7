package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.testkit.ContinuityOracle.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The oracle accepts correct logs, and fails on each kind of doctored log. */
class ContinuityOracleTest {

    private final ContinuityOracle oracle = new ContinuityOracle(Duration.ofSeconds(1));

    /** Three confirmed publications of each of two publishers, at times 11 to 16, in the order of their positions. */
    private record Line(
            String publisher, long sequence, @Nullable String position) {}

    private static final List<Line> LINES = List.of(
            new Line("p", 1, "a:1"),
            new Line("q", 1, "a:2"),
            new Line("p", 2, "a:3"),
            new Line("q", 2, "b:4"),
            new Line("p", 3, "b:5"),
            new Line("q", 3, "b:6"));

    private void publish() {
        for (int i = 0; i < LINES.size(); i++) {
            Line line = LINES.get(i);
            oracle.published("news", line.publisher, line.sequence, Outcome.CONFIRMED, 11 + i);
        }
    }

    private static void receive(ContinuityOracle.Log log, List<Line> lines) {
        lines.forEach(line -> log.received(line.publisher, line.sequence, line.position));
    }

    /** A correct log and one with a change. */
    private List<String> violations(Consumer<List<Line>> change) {
        publish();
        ContinuityOracle.Log correct = oracle.subscriber("correct", "news");
        correct.subscribed(10);
        receive(correct, LINES);
        List<Line> changed = new ArrayList<>(LINES);
        change.accept(changed);
        ContinuityOracle.Log doctored = oracle.subscriber("doctored", "news");
        doctored.subscribed(10);
        receive(doctored, changed);
        return oracle.violations();
    }

    @Test
    void correctLogsHaveNoViolations() {
        assertThat(violations(lines -> {})).isEmpty();
        assertThat(oracle.count(Outcome.CONFIRMED)).isEqualTo(6);
    }

    @Test
    void droppedPublicationIsFound() {
        assertThat(violations(lines -> lines.remove(2)))
                .containsExactly("doctored: lost: p:2 before p:3 channel=news", "doctored: lost: p:2 channel=news");
    }

    @Test
    void droppedPublicationIsFoundWithoutPositions() {
        assertThat(violations(lines -> {
                    lines.replaceAll(line -> new Line(line.publisher, line.sequence, null));
                    lines.remove(2);
                }))
                .containsExactly("doctored: lost: p:2 before p:3 channel=news", "doctored: lost: p:2 channel=news");
    }

    @Test
    void droppedFirstAndLastPublicationsAreFound() {
        assertThat(violations(lines -> {
                    lines.removeFirst();
                    lines.removeLast();
                }))
                .containsExactly("doctored: lost: p:1 channel=news", "doctored: lost: q:3 channel=news");
    }

    @Test
    void repeatedPublicationIsFound() {
        assertThat(violations(lines -> lines.add(3, lines.get(2)))).contains("doctored: repeated: p:2 channel=news");
    }

    @Test
    void swappedPublicationsOfTwoPublishersAreFound() {
        assertThat(violations(lines -> {
                    lines.replaceAll(line -> new Line(line.publisher, line.sequence, null));
                    lines.add(2, lines.remove(1));
                }))
                .containsExactly("no common order: [p:2, p:3, q:1, q:2, q:3] channel=news");
    }

    @Test
    void orderMayDifferBeforeAForkThatIsReported() {
        publish();
        oracle.fault(0, 20);
        ContinuityOracle.Log forked = oracle.subscriber("s", "news");
        forked.subscribed(10);
        receive(forked, List.of(LINES.get(0), new Line("p", 2, "a:2"), new Line("q", 1, "a:3")));
        ContinuityOracle.Log other = oracle.subscriber("other", "news");
        other.subscribed(10);
        receive(other, List.of(LINES.get(0), new Line("q", 1, "b:2"), new Line("p", 2, "b:3")));
        receive(other, LINES.subList(3, 6));
        assertThat(oracle.violations()).anyMatch(each -> each.startsWith("no common order: [p:2"));
        forked.gap("forked", 16);
        assertThat(oracle.violations()).isEmpty();
    }

    @Test
    void swappedPositionsAreFoundAlsoBeforeAFork() {
        publish();
        oracle.fault(0, 20);
        for (String name : List.of("one", "two")) {
            ContinuityOracle.Log log = oracle.subscriber(name, "news");
            log.subscribed(16);
            receive(log, List.of(new Line("p", 1, name.equals("one") ? "a:1" : "a:2"), new Line("q", 1, "c:3")));
            receive(log, List.of(new Line("q", 2, name.equals("one") ? "a:4" : "a:5")));
            log.gap("forked", 17);
        }
        assertThat(oracle.violations()).isEmpty();
        ContinuityOracle.Log swapped = oracle.subscriber("three", "news");
        swapped.subscribed(16);
        receive(swapped, List.of(new Line("q", 1, "c:3"), new Line("p", 1, "a:1")));
        swapped.gap("forked", 17);
        assertThat(oracle.violations()).contains("no common order: [a:1, a:4, a:5, c:3] channel=news");
    }

    @Test
    void swappedPublicationsOfOnePublisherAreFound() {
        assertThat(violations(lines -> lines.add(2, lines.removeFirst())))
                .anyMatch(violation -> violation.startsWith("doctored: reordered: p:1 after p:2")
                        || violation.startsWith("doctored: position a:1 after a:3"));
    }

    @Test
    void twoPublicationsAtOnePositionAreFound() {
        assertThat(violations(lines -> {
                    lines.set(0, new Line("p", 1, "a:2"));
                    lines.set(1, new Line("q", 1, "a:3"));
                    lines.set(2, new Line("p", 2, "a:4"));
                }))
                .contains("two publications at a:2: q:1 and p:1 channel=news");
    }

    @Test
    void removedGapIsFound() {
        publish();
        oracle.fault(12, 13);
        ContinuityOracle.Log log = oracle.subscriber("s", "news");
        log.subscribed(10);
        receive(log, LINES.subList(0, 2));
        log.gap("FORKED", 13);
        receive(log, LINES.subList(3, 6));
        assertThat(oracle.violations()).isEmpty();
        ContinuityOracle.Log doctored = oracle.subscriber("doctored", "news");
        doctored.subscribed(10);
        receive(doctored, LINES.subList(0, 2));
        receive(doctored, LINES.subList(3, 6));
        assertThat(oracle.violations()).contains("doctored: lost: p:2 channel=news");
    }

    @Test
    void gapWithoutAFaultIsFound() {
        oracle.fault(1_000, 2_000);
        ContinuityOracle.Log log = oracle.subscriber("s", "news");
        log.subscribed(10);
        log.gap("FORKED", 3_000);
        assertThat(oracle.violations()).isEmpty();
        log.gap("FORKED", 3_001);
        assertThat(oracle.violations()).containsExactly("s: gap without a fault: FORKED time=3001 channel=news");
    }

    @Test
    void faultPermitsItsReasonsOnly() {
        oracle.fault(1_000, 2_000, "unavailable");
        ContinuityOracle.Log log = oracle.subscriber("s", "news");
        log.gap("unavailable", 1_500);
        assertThat(oracle.violations()).isEmpty();
        log.gap("forked", 1_500);
        assertThat(oracle.violations()).containsExactly("s: gap without a fault: forked time=1500 channel=news");
    }

    @Test
    void unsentPublicationMustNotAppear() {
        oracle.published("news", "p", 1, Outcome.UNSENT, 11);
        oracle.published("news", "p", 2, Outcome.UNKNOWN, 12);
        oracle.published("news", "p", 3, Outcome.CONFIRMED, 13);
        ContinuityOracle.Log log = oracle.subscriber("s", "news");
        log.subscribed(10);
        log.received("p", 3, "a:1");
        assertThat(oracle.violations()).isEmpty();
        ContinuityOracle.Log doctored = oracle.subscriber("doctored", "news");
        doctored.subscribed(10);
        doctored.received("p", 1, "a:0");
        doctored.received("p", 3, "a:1");
        assertThat(oracle.violations()).containsExactly("doctored: received, not published: p:1 channel=news");
    }

    @Test
    void clientWithoutRecoveryMissesOnlyItsAbsence() {
        publish();
        ContinuityOracle.Log log = oracle.subscriber("s", "news");
        log.subscribed(10);
        receive(log, LINES.subList(0, 2));
        log.unsubscribed();
        log.subscribed(14);
        receive(log, LINES.subList(4, 6));
        assertThat(oracle.violations()).isEmpty();
        log.subscribed(10);
        assertThat(oracle.violations()).contains("s: lost: q:2 channel=news");
    }
}
