using CeleryNet.Control;
using CeleryNet.Diagnostics;
using CeleryNet.Events;
using Microsoft.Extensions.Logging;

namespace CeleryNet.Worker;

/// <summary>
/// The commands <c>enable_events</c>, <c>disable_events</c> and <c>heartbeat</c>. Celery does not disable the events of a worker that was started with them, and says
/// that they are disabled already; here they are disabled. celery/worker/control.py
/// </summary>
internal static class EventCommands
{
    public static ControlCommands AddEvents(this ControlCommands commands, EventDispatcher dispatcher, WorkerEvents worker, ILogger logger) => commands
        .Add("enable_events", _ =>
        {
            if (!dispatcher.Switch(sendsTasks: true))
            {
                return ControlReply.Ok("task events already enabled");
            }

            logger.TaskEventsEnabled(dispatcher.Hostname);
            return ControlReply.Ok("task events enabled");
        })
        .Add("disable_events", _ =>
        {
            if (!dispatcher.Switch(sendsTasks: false))
            {
                return ControlReply.Ok("task events already disabled");
            }

            logger.TaskEventsDisabled(dispatcher.Hostname);
            return ControlReply.Ok("task events disabled");
        })
        .Add("heartbeat", _ =>
        {
            worker.Answer();
            return ControlReply.None;
        });
}
