package io.heliograph.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.channel.MemberProtocol.Peer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AbsenteesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration LOOK = Duration.ofMillis(50);

    private final Absentees absentees = new Absentees(PATIENCE);
    private final MemberProtocol protocol = SilentOutput.member(new Id(1, 1));
    private final Id other = new Id(2, 2);
    private long now;

    private Peer peer() {
        return protocol.peers().values().iterator().next();
    }

    @BeforeEach
    void aMemberIsMissing() {
        protocol.linked();
        protocol.received(Wire.welcome(new Id(9, 9), other, 1, List.of(new Wire.Entry(other, 1))));
        protocol.received(Wire.left(other, LeaveReason.LOST));
        absentees.add(peer(), now);
    }

    /** Looks as often as a process that runs does; whether the member is overdue at the end. */
    private boolean overdueAfter(Duration time) {
        boolean overdue = false;
        for (long end = now + time.toNanos(); now < end; ) {
            now += LOOK.toNanos();
            overdue = !absentees.overdue(now).isEmpty();
        }
        return overdue;
    }

    @Test
    void whoDoesNotComeBackIsOverdueWhenPatienceIsOver() {
        assertThat(overdueAfter(PATIENCE.minus(LOOK))).isFalse();
        assertThat(overdueAfter(LOOK)).isTrue();
    }

    @Test
    void timeInWhichThisProcessStandsStillDoesNotCount() {
        assertThat(overdueAfter(Duration.ofSeconds(5))).isFalse();
        now += Duration.ofMinutes(1).toNanos();
        assertThat(overdueAfter(Duration.ofSeconds(9))).isFalse();
        assertThat(overdueAfter(Duration.ofSeconds(2))).isTrue();
    }

    @Test
    void whoIsBackIsMissingNoMore() {
        protocol.received(Wire.joined(2, new Wire.Entry(other, 1)));
        assertThat(overdueAfter(PATIENCE.multipliedBy(2))).isFalse();
        assertThat(absentees.all()).isEmpty();
    }
}
