package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.channel.Rendezvous;
import io.heliograph.testkit.Checklist;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Message channels between processes that are killed and suspended. {@link ChannelSoak} repeats these cases many times. */
class ChannelProcessesTest {

    @Checklist({"CHANNEL 15", "CHANNEL 16", "CHANNEL 17", "CHANNEL 18", "CHANNEL 19"})
    @Test
    void noMessageIsLostWhenHostIsKilledUnderLoad() {
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
    void suspendedHostLosesNoMessage(Rendezvous rendezvous) {
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
    void noMessageIsLostWhenHostIsKilledWithFullQueues() {
        try (ChannelTrial trial = ChannelTrial.withSmallQueues()) {
            trial.startTogether(4);
            trial.killHostWhileFull();
            trial.awaitComplete();
            assertThat(trial.members).hasSize(3);
        }
    }

    @Test
    void oneOfTwoHostsRemains() {
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
    void deletedDirectoryIsRecreatedUnderLoad() {
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
