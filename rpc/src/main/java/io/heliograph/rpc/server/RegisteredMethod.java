package io.heliograph.rpc.server;

import io.heliograph.rpc.binding.MethodInvoker;

/** A method of a namespace. */
final class RegisteredMethod extends RegistryEntry {

    final MethodInvoker invoker;

    /** Whether calls run immediately on the event loop, whatever the dispatch. */
    final boolean builtIn;

    RegisteredMethod(String name, MethodInvoker invoker, boolean builtIn) {
        super(name);
        this.invoker = invoker;
        this.builtIn = builtIn;
    }
}
