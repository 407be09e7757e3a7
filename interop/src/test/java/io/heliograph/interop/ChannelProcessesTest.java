package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.channel.Rendezvous;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Message channels between processes that are killed and stopped. {@link ChannelSoak} does the same many times over. */
class ChannelProcessesTest {

    // CHANNEL 15, 16, 17, 18, 19
    @Test
    void ofSixThatStartAtOnceOneHostsAndWhenItIsKilledUnderLoadNothingIsLost() {
        try (ChannelTrial trial = new ChannelTrial(Rendezvous.UNIX)) {
            trial.startTogether(6);
            for (int round = 0; round < 2; round++) {
                trial.killHostWhileSending(2000);
                trial.awaitComplete();
            }
            assertThat(trial.members).hasSize(4);
            trial.host();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"UNIX", "LOOPBACK"})
    void aHostThatIsStoppedHoldsTheChannelAndLosesNothing(Rendezvous rendezvous) {
        try (ChannelTrial trial = new ChannelTrial(rendezvous)) {
            trial.startTogether(3);
            PeerProcess host = trial.host();
            trial.sendAll(1000);
            host.suspend();
            host.resume();
            trial.awaitComplete();
            assertThat(trial.host()).isSameAs(host);
        }
    }

    @Test
    void withFullQueuesNothingIsLostWhenTheHostIsKilled() {
        try (ChannelTrial trial = ChannelTrial.withSmallQueues()) {
            trial.startTogether(4);
            trial.killHostWhileFull();
            trial.awaitComplete();
            assertThat(trial.members).hasSize(3);
        }
    }

    @Test
    void ofTwoHostsOneRemainsAndAllMeetThere() {
        try (ChannelTrial trial = new ChannelTrial(Rendezvous.UNIX)) {
            trial.startTogether(2);
            trial.addSecondHost();
            trial.awaitAllKnown();
            trial.host();
            trial.sendAll(1000);
            trial.awaitComplete();
        }
    }

    @Test
    void aDirectoryThatIsDeletedUnderLoadIsMadeAgain() {
        try (ChannelTrial trial = new ChannelTrial(Rendezvous.UNIX)) {
            trial.startTogether(3);
            trial.sendAll(5000);
            trial.deleteDirectory();
            trial.awaitTakeover();
            trial.awaitComplete();
            trial.addOne();
            trial.host();
        }
    }
}
