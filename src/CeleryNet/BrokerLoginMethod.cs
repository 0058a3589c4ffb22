namespace CeleryNet;

/// <summary>How an AMQP broker learns who connects. Mirrors <c>broker_login_method</c>.</summary>
public enum BrokerLoginMethod
{
    /// <summary>By the user and password of the URL. Celery's <c>AMQPLAIN</c> carries the same in another form, and is taken for this.</summary>
    Plain,

    /// <summary>By the certificate shown with TLS; the broker needs its plugin for that, and the URL no user.</summary>
    External,
}
