package io.heliograph.server.hub;

import io.heliograph.exchange.control.Command;
import io.heliograph.exchange.control.Control;
import io.heliograph.server.Principal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** Revoked tokens, from the commands of all nodes. Thread-safe. */
final class Revocations {

    private final Control control;
    private final InstantSource clock;
    private final List<Command.Revoke> revocations = new CopyOnWriteArrayList<>();

    Revocations(Control control, InstantSource clock) {
        this.clock = clock;
        this.control = control;
    }

    /** Reads the revocations of before the start of this node, which must not accept tokens until then. */
    CompletableFuture<Void> load() {
        return control.revocations().thenAccept(known -> known.forEach(this::add));
    }

    void add(Command.Revoke revocation) {
        Instant now = clock.instant();
        revocations.removeIf(each -> each.until().isBefore(now));
        if (!revocations.contains(revocation)) {
            revocations.add(revocation);
        }
    }

    boolean contains(Principal principal) {
        Instant now = clock.instant();
        for (Command.Revoke each : revocations) {
            if (each.until().isAfter(now) && applies(each, principal)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a revocation applies to the token of a principal. A token without the time of its issue is older than every revocation. */
    static boolean applies(Command.Revoke revocation, Principal principal) {
        boolean target = switch (revocation.target()) {
            case Command.Target.User user -> user.name().equals(principal.name());
            case Command.Target.Token token ->
                principal.tokenId().filter(token.id()::equals).isPresent();
            case Command.Target.Connection connection -> false;
        };
        return target
                && principal.source() == Principal.Source.TOKEN
                && principal.issued().map(revocation.issuedBefore()::isAfter).orElse(true);
    }
}
