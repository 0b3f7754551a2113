// Everything here makes plain links and forms smoother; nothing works only with it.
