package io.heliograph.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.exchange.control.Command;
import io.heliograph.exchange.control.Control;
import io.heliograph.exchange.memory.InMemoryControl;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class InMemoryControlTest extends ControlContract {

    @Override
    protected Control newControl() {
        return new InMemoryControl(InstantSource.system());
    }

    @Test
    void revocationEndsAtItsTime() {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
        Control control = new InMemoryControl(now::get);
        Command.Revoke revoke =
                new Command.Revoke(new Command.Target.User("ada"), Instant.EPOCH, Instant.EPOCH.plusSeconds(10));
        control.send(revoke).join();
        now.set(Instant.EPOCH.plusSeconds(9));
        assertThat(control.revocations().join()).containsExactly(revoke);
        now.set(Instant.EPOCH.plusSeconds(10));
        assertThat(control.revocations().join()).isEmpty();
    }

    @Test
    void revocationsAreLimited() {
        Instant end = Instant.now().plusSeconds(3600);
        Control control = newControl();
        for (int i = 0; i < Control.MAX_REVOCATIONS; i++) {
            control.send(new Command.Revoke(new Command.Target.Token("t" + i), end, end));
        }
        assertThatThrownBy(() -> control.send(new Command.Revoke(new Command.Target.Token("more"), end, end))
                        .join())
                .hasMessageContaining("100000 revocations");
        assertThat(control.send(new Command.Revoke(new Command.Target.Token("t0"), end, end)))
                .isNotCompletedExceptionally();
        assertThat(control.send(new Command.Disconnect(new Command.Target.User("ada"), 1000, "")))
                .isNotCompletedExceptionally();
    }
}
