package io.heliograph.rpc;

/** A method or an event of a namespace. It is public when it is made. Any thread may call. */
public interface Registration {

    String name();

    /** Lets only sockets that are logged in call or subscribe from now on; those subscribed stay so. */
    Registration protect();

    /** Lets every socket call or subscribe from now on. */
    Registration unprotect();

    boolean isProtected();
}
