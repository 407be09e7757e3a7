package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class DeliveryOracleTest {

    private final DeliveryOracle oracle = new DeliveryOracle();

    private void publish(int count) {
        for (int i = 0; i < count; i++) {
            oracle.published("a", "m" + i, "e:" + (i + 1));
        }
    }

    private DeliveryOracle.Log log(String... ids) {
        DeliveryOracle.Log log = oracle.subscriber("ada", "a");
        for (String id : ids) {
            if (id.startsWith("!")) {
                log.gap(id.substring(1));
            } else {
                log.received(id);
            }
        }
        return log;
    }

    @Test
    void continuousLogHasNoViolation() {
        publish(4);
        DeliveryOracle.Log log = log("m0", "m1", "m2", "m3");
        assertThat(oracle.violations()).isEmpty();
        assertThat(log.size()).isEqualTo(4);
        assertThat(log.last()).isEqualTo("m3");
        assertThat(log.gaps()).isEmpty();
        assertThat(oracle.size()).isEqualTo(4);
    }

    @Test
    void lossAtGapHasNoViolation() {
        publish(6);
        DeliveryOracle.Log log = log("m0", "!too-old", "m3", "!forked", "m4", "!too-old");
        assertThat(oracle.violations()).isEmpty();
        assertThat(log.gaps()).containsExactly("too-old", "forked", "too-old");
    }

    @Test
    void lostPublicationIsFound() {
        publish(4);
        log("m0", "m3");
        assertThat(oracle.violations()).containsExactly("ada: lost without a gap: m1 to m2 channel=a");
    }

    @Test
    void lossAtStartAndEndIsFound() {
        publish(3);
        log("m1");
        assertThat(oracle.violations())
                .containsExactly(
                        "ada: lost without a gap: m0 to m0 channel=a",
                        "ada: lost without a gap: m2 to the end channel=a");
    }

    @Test
    void gapExcusesOnlyNextPublication() {
        publish(5);
        log("m0", "!too-old", "m2", "m4");
        assertThat(oracle.violations()).containsExactly("ada: lost without a gap: m3 to m3 channel=a");
    }

    @Test
    void repetitionIsFoundEvenAfterGap() {
        publish(3);
        log("m0", "m1", "!too-old", "m1", "m2");
        assertThat(oracle.violations()).containsExactly("ada: repeated or reordered: m1 after m1 channel=a");
    }

    @Test
    void swappedPublicationsAreFound() {
        publish(4);
        log("m0", "m2", "m1", "m3");
        assertThat(oracle.violations())
                .containsExactly(
                        "ada: lost without a gap: m1 to m1 channel=a",
                        "ada: repeated or reordered: m1 after m2 channel=a");
    }

    @Test
    void unknownPublicationAndWrongPositionAreFound() {
        publish(2);
        DeliveryOracle.Log log = oracle.subscriber("ada", "a");
        log.received("m0", "e:1");
        log.received("x", "e:2");
        log.received("m1", "e:3");
        assertThat(oracle.violations())
                .containsExactly(
                        "ada: received, not published: x channel=a",
                        "ada: position of m1 is e:3, expected e:2 channel=a");
    }

    @Test
    void outcomesOfPublishersAreChecked() {
        publish(2);
        oracle.published("a", "m0", "e:3");
        log("m0", "m1");
        oracle.confirmed("a", "m1");
        oracle.confirmed("a", "m7");
        oracle.rejected("a", "m8");
        oracle.rejected("a", "m0");
        assertThat(oracle.violations())
                .containsExactly(
                        "published twice: m0 at e:1 and e:3 channel=a",
                        "confirmed, not published: a m7",
                        "rejected, published: a m0");
    }

    @Test
    void emptyLogOfPublishedChannelIsFound() {
        publish(1);
        log();
        assertThat(oracle.violations()).containsExactly("ada: lost without a gap: m0 to the end channel=a");
    }

    /** Applies one random change to a valid log and requires a violation. */
    @Test
    void doctoredLogsAreFound() {
        Random random = new Random(12);
        for (int round = 0; round < 400; round++) {
            DeliveryOracle doctored = new DeliveryOracle();
            int count = 5 + random.nextInt(40);
            List<String> valid = new ArrayList<>();
            int gapAt = 1 + random.nextInt(count - 3);
            for (int i = 0; i < count; i++) {
                doctored.published("a", "m" + i, "e:" + (i + 1));
                if (i == gapAt) {
                    valid.add("!too-old");
                } else {
                    valid.add("m" + i);
                }
            }
            doctor(valid, random.nextInt(4), gapAt, random);
            DeliveryOracle.Log log = doctored.subscriber("ada", "a");
            Consumer<String> record = id -> {
                if (id.startsWith("!")) {
                    log.gap(id.substring(1));
                } else {
                    log.received(id);
                }
            };
            valid.forEach(record);
            assertThat(doctored.violations()).as("round %d: %s", round, valid).isNotEmpty();
        }
    }

    private static void doctor(List<String> log, int change, int gapAt, Random random) {
        // Indices beside the gap are excluded: a loss there has an explanation.
        int at = random.nextBoolean() && gapAt > 2 ? random.nextInt(gapAt - 1) : gapAt + 2;
        switch (change) {
            case 0 -> log.remove(Math.min(at, log.size() - 1));
            case 1 -> log.add(at + 1, log.get(at));
            case 2 -> log.remove(gapAt);
            default -> Collections.swap(log, at, at == gapAt + 2 ? at - 1 : at + 1);
        }
    }
}
