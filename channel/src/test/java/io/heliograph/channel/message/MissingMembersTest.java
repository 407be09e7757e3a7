package io.heliograph.channel.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.channel.LeaveReason;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MissingMembersTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(15);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(50);

    private final MissingMembers missing = new MissingMembers(TIMEOUT);
    private final MemberProtocol protocol = SilentOutput.member(new Id(1, 1));
    private final Id other = new Id(2, 2);
    private long now;

    private Peer peer() {
        return protocol.peers().values().iterator().next();
    }

    @BeforeEach
    void addMissingMember() {
        protocol.linked();
        protocol.received(Wire.welcome(new Id(9, 9), other, 1, List.of(new Wire.MemberEntry(other, 1))));
        protocol.received(Wire.left(other, LeaveReason.LOST));
        missing.add(peer(), now);
    }

    /** Polls at the usual interval; returns whether the member has expired at the end. */
    private boolean expiredAfter(Duration time) {
        boolean expired = false;
        for (long end = now + time.toNanos(); now < end; ) {
            now += POLL_INTERVAL.toNanos();
            expired = !missing.pollExpired(now).isEmpty();
        }
        return expired;
    }

    @Test
    void missingMemberExpiresAfterTimeout() {
        assertThat(expiredAfter(TIMEOUT.minus(POLL_INTERVAL))).isFalse();
        assertThat(expiredAfter(POLL_INTERVAL)).isTrue();
    }

    @Test
    void suspendedTimeDoesNotCount() {
        assertThat(expiredAfter(Duration.ofSeconds(5))).isFalse();
        now += Duration.ofMinutes(1).toNanos();
        assertThat(expiredAfter(Duration.ofSeconds(9))).isFalse();
        assertThat(expiredAfter(Duration.ofSeconds(2))).isTrue();
    }

    @Test
    void returnedMemberDoesNotExpire() {
        protocol.received(Wire.joined(2, new Wire.MemberEntry(other, 1)));
        assertThat(expiredAfter(TIMEOUT.multipliedBy(2))).isFalse();
        assertThat(missing.all()).isEmpty();
    }
}
