"""The words and sentence patterns of the generated rows: help-desk and how-to language, made up for this bench.

A word class holds words that can stand for one another, so that an edit leaves a sentence that could have been written.
Classes in capitals may be edited. No negation stands in them and numbers have a class of their own, so an edited copy
says much the same and only template slots differ in a number: what guards are for is kept apart from what Jaccard is.

Lists are written as text: words apart by spaces, or by | where a word has spaces inside.
"""

from __future__ import annotations

Classes = dict[str, str]

CHINESE: Classes = {
    "opening": (
        "您好 请问 麻烦您 首先 其次 另外 同时 因此 接下来 然后 最后 一般来说 具体来说 需要注意的是 如果方便的话 "
        "为了保证质量 在这种情况下 根据您的描述 按照平台规定 从长远来看 总的来说 举个例子 换句话说 与此同时 "
        "在实际工作中"
    ),
    "TIME": (
        "今天 明天 昨天 上午 下午 晚上 周末 月底 年初 近期 目前 以前 随后 早晨 中午 假期 高峰期 工作日 活动期间 "
        "下单之后 付款之前 签收以后 开学前 出差时 会议上"
    ),
    "SUBJECT": (
        "客服 用户 仓库 快递员 商家 平台 系统 老师 学生 医生 工程师 经理 同事 家长 朋友 顾客 供应商 团队 开发者 "
        "编辑 研究人员 志愿者 管理员 设计师 财务 司机 导游 厨师 教练 记者 作者 读者 病人 律师 店主 买家 卖家 "
        "技术员 班主任 产品经理 项目组 运营人员 审核员 值班员 志愿团队"
    ),
    "ADVERB": (
        "尽快 及时 仔细 主动 逐步 认真 详细 统一 重新 直接 顺利 耐心 优先 定期 提前 自动 简单 准确 完整 清楚 "
        "快速 灵活 充分 稳定 安全 合理 有效 轻松 稳妥 反复"
    ),
    "VERB": (
        "处理 查询 核实 安排 提交 更新 检查 发送 联系 确认 修改 整理 记录 说明 解决 分析 设计 测试 准备 介绍 "
        "比较 总结 学习 掌握 阅读 编写 翻译 计算 优化 部署 维护 保存 删除 上传 下载 购买 支付 更换 申请 填写 "
        "收集 讨论 评估 培训 推荐 预约 登记 通知 跟进 汇报 调整 完善 展示 观察 训练 标注 清洗 归档 发布 监控"
    ),
    "ADJECTIVE": (
        "新的 完整的 相关的 详细的 重要的 常见的 合适的 不同的 最新的 具体的 有效的 简单的 复杂的 优质的 原始的 "
        "基本的 主要的 专业的 免费的 便宜的 准确的 丰富的 清晰的 统一的 稳定的 个性化的 高质量的 可靠的 典型的 "
        "多样的"
    ),
    "OBJECT": (
        "订单 包裹 发票 地址 物流信息 退款申请 优惠券 商品 质量 尺码 颜色 库存 账号 密码 手机号码 会员 积分 合同 "
        "报告 方案 计划 数据 模型 代码 文档 表格 图片 视频 课程 作业 论文 题目 答案 实验 算法 函数 数据库 服务器 "
        "网络 接口 日志 配置 预算 成本 利润 市场 客户需求 反馈意见 问题 原因 步骤 流程 规则 标准 样本 语料 知识 "
        "经验 技巧 案例 菜谱 食材 行程 酒店 机票 门票 药品 病历 症状 饮食习惯 运动计划 新闻 小说 诗歌 文章 标题 "
        "摘要 单词 语法 简历 岗位 面试 证书 材料 通知书 工具 软件 手机 电脑 耳机 充电器 家具 衣服 鞋子 玩具"
    ),
    "latin": ("APP Excel Python SQL PDF API VIP Word Linux CSV JSON GPU"),
    "measure": ("天 件 次 份 个 小时 分钟 元 页 步 种 张 人 遍 章"),
    "particle": ("以便 从而 并且 而且 以及 或者 再 先 也 还 就 都 会 可以 需要 应该 能够 必须 建议 希望"),
}
CHINESE_PATTERNS = (
    "opening ， SUBJECT particle ADVERB VERB ADJECTIVE OBJECT 。",
    "TIME SUBJECT particle VERB OBJECT ， particle ADVERB VERB OBJECT 。",
    "ADVERB VERB ADJECTIVE OBJECT ， SUBJECT particle VERB ADJECTIVE OBJECT 。",
    "SUBJECT TIME VERB number measure OBJECT ， particle VERB ADJECTIVE OBJECT 。",
    "opening ， VERB OBJECT ， VERB OBJECT ， particle ADVERB VERB ADJECTIVE OBJECT ；",
    "ADJECTIVE OBJECT particle SUBJECT ADVERB VERB ， SUBJECT particle VERB latin OBJECT 。",
    "TIME particle VERB ADJECTIVE OBJECT ？",
    "SUBJECT particle VERB ADJECTIVE OBJECT particle VERB ADJECTIVE OBJECT 。",
)

ENGLISH: Classes = {
    "opening": (
        "First | Then | Finally | Also | However | In this case | For example | In general | As a rule | "
        "To begin with | If possible | At the same time | In practice | Meanwhile | Besides | Therefore | "
        "Please note that | In short | As described above | Usually"
    ),
    "the": ("the a this that each our your their every another"),
    "SUBJECT": (
        "customer manager teacher student engineer driver nurse doctor seller buyer editor reader writer agent "
        "assistant developer analyst designer manager partner colleague team company supplier researcher visitor "
        "guest parent child volunteer reporter lawyer tenant landlord player coach chef tourist worker farmer"
    ),
    "can": ("can should will must may could would might"),
    "ADVERB": (
        "quickly carefully usually often simply directly clearly gently regularly slowly safely easily properly "
        "politely briefly fully exactly again together online early later soon first always"
    ),
    "VERB": (
        "check update send return explain describe write read test build review compare collect prepare order "
        "confirm cancel replace measure clean store load train select filter share discuss follow answer repeat "
        "improve protect publish design plan cook travel visit track record report translate summarise install "
        "remove adjust combine organise present watch choose create open close print sign"
    ),
    "ADJECTIVE": (
        "new simple common useful detailed correct complete clear local public private recent main basic modern "
        "small large heavy light cheap reliable typical careful special regular original final daily annual "
        "healthy digital available possible popular different similar important"
    ),
    "OBJECT": (
        "order parcel refund invoice address account password price size colour stock discount contract report "
        "plan budget model dataset sample file table chart server network function query database script "
        "document letter email message question answer problem reason step rule method lesson course exam book "
        "article title summary recipe ingredient dish ticket hotel flight train route map garden kitchen window "
        "machine battery phone laptop screen camera shoe jacket toy medicine symptom exercise habit meeting "
        "project deadline interview licence"
    ),
    "and": ("and or so because while before after when until unless since although"),
    "for": ("for with from about under over near without during through against between"),
    "unit": ("days items times pages hours minutes steps boxes people weeks dollars copies"),
}
ENGLISH_PATTERNS = (
    "opening , the ADJECTIVE SUBJECT can VERB the OBJECT for the ADJECTIVE OBJECT .",
    "the SUBJECT can ADVERB VERB the ADJECTIVE OBJECT and VERB the OBJECT .",
    "VERB the ADJECTIVE OBJECT and VERB number unit for the OBJECT .",
    "opening , VERB the OBJECT , VERB the ADJECTIVE OBJECT and ADVERB VERB the OBJECT .",
    "the OBJECT for the SUBJECT can VERB ADVERB and the SUBJECT can VERB the ADJECTIVE OBJECT .",
    "can the SUBJECT VERB the ADJECTIVE OBJECT for the SUBJECT ?",
)

NUMBERS = " ".join(str(number) for number in range(2, 200))

# What people type between tasks: so short that a shingle of three tokens is much or all of it.
CHINESE_SHORT = "好 嗯 好的 谢谢 收到 在吗 可以 明白了 继续 知道了 对 您好 是的 辛苦了 再见 没问题 请稍等 不客气"
ENGLISH_SHORT = (
    "ok | yes | thanks | go on | got it | hello | sure | please continue | thank you | sounds good | "
    "see you | one moment"
)
