package io.heliograph.channel.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OwedAcksTest {

    private final OwedAcks owed = new OwedAcks();

    @Test
    void relayedMessagesCanBeAcknowledged() {
        owed.relayed(3, 5);
        owed.relayed(3, 7);
        assertThat(owed.acknowledge(3, 5)).isEqualTo(5);
        assertThat(owed.acknowledge(3, 8)).isZero();
        assertThat(owed.acknowledge(3, 7)).isEqualTo(7);
    }

    @Test
    void otherMessagesCannotBeAcknowledged() {
        owed.relayed(3, 5);
        assertThat(owed.acknowledge(2, 1)).isZero();
        assertThat(owed.acknowledge(9, 1)).isZero();
        owed.forget(3);
        owed.forget(99);
        assertThat(owed.acknowledge(3, 5)).isZero();
    }

    @Test
    void skippedMessageIsAcknowledgedAtOnceIfNothingIsOwed() {
        assertThat(owed.skipped(0, 1)).isTrue();
        owed.relayed(0, 2);
        owed.acknowledge(0, 2);
        assertThat(owed.skipped(0, 3)).isTrue();
    }

    @Test
    void skippedMessagesAreAcknowledgedWithLastRelayedMessage() {
        owed.relayed(0, 1);
        owed.relayed(0, 2);
        assertThat(owed.skipped(0, 3)).isFalse();
        assertThat(owed.skipped(0, 4)).isFalse();
        assertThat(owed.acknowledge(0, 1)).isEqualTo(1);
        assertThat(owed.acknowledge(0, 2)).isEqualTo(4);
        assertThat(owed.acknowledge(0, 2)).isEqualTo(2);
    }

    @Test
    void messageRelayedAfterSkippedOnesAcknowledgesThem() {
        owed.relayed(0, 1);
        assertThat(owed.skipped(0, 2)).isFalse();
        owed.relayed(0, 3);
        assertThat(owed.acknowledge(0, 1)).isEqualTo(1);
        assertThat(owed.acknowledge(0, 3)).isEqualTo(3);
    }

    @Test
    void markCoversAllSendersUntilAcknowledged() {
        assertThat(owed.mark()).isFalse();
        owed.relayed(0, 1);
        owed.relayed(5, 1);
        assertThat(owed.isMarkAcknowledged()).isTrue();
        assertThat(owed.mark()).isTrue();
        owed.relayed(0, 2);
        owed.acknowledge(0, 1);
        assertThat(owed.isMarkAcknowledged()).isFalse();
        owed.acknowledge(5, 1);
        assertThat(owed.isMarkAcknowledged()).isTrue();
        assertThat(owed.mark()).isTrue();
    }
}
