"""Generated service talk for scripts/fit_names.py: sentences with names, and sentences with words that look like some.

All of it was written for this purpose; no customer said it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

Sentence = tuple[str, list[tuple[int, int]]]

_BEFORE_TEXT = """
    我同事 我老公 我老婆 我妈 我爸 我妈妈 我爸爸 我儿子 我女儿 我朋友 我邻居 我室友 我们公司 我们单位 我们店
    你们客服 你们员工 你们家 客服 坐席 专员 顾问 店长 经理 师傅 快递小哥 快递员 骑手 外卖员 司机 客户 顾客 用户
    会员 买家 卖家 学员 家长 学生 患者 业主 房东 租客 代理人 委托人 担保人 收件人 收货人 寄件人 联系人 签收人
    付款人 持卡人 户主 姓名 名字 称呼 本人 我是 我叫 这是 那是 是 不是 就是 找 问 给 跟 和 与 同 让 请 叫 帮 替
    为 由 被 向 对 把 用 找到 联系 转接 转给 转告 通知 麻烦 感谢 谢谢 多谢 辛苦 收到 寄给 发给 送给 打给 退给
    交给 留给 还有 以及 包括 比如 例如 上次 昨天 今天 刚才 刚刚 之前 原来 后来 现在 其中 另外 但是 因为 如果
    听说 据说 记得 认识 知道 看到 显示 写的 填的 登记的 备注的 改成 改为 换成 变更为 抄送 此致 落款 你好 您好
    亲爱的 尊敬的 @ ： 、 ， 。 （ “ 《 —— 号码是 地址是 工号 的
"""
_AFTER_TEXT = """
    先生 女士 老师 你好 您好 说 说过 说是 表示 答应 告诉我 让我 叫我 帮我 帮忙 给我 跟我 通知我 联系我 来电 来信
    来访 来了 去了 到了 在吗 在不在 在家 在处理 有空吗 有货 没来 没接 没收到 不在 不认识 不接 是谁 是我 是他
    是她 是不是 就是 也是 也要 也买了 都 就行 就好 就可以 已经 已收到 刚才 刚刚 昨天 今天 明天 下午 上午 晚上
    上门 下单 下的单 买的 买了 拍的 付的 付款 退的 退款 申请 提交 反映 反馈 投诉 咨询 要求 想要 想问 想换 需要
    希望 负责 处理 接待 签收 代收 代签 收 收到 取走 取件 送来 送货 寄来 寄的 发的 发货 打来 打过 写的 填的 登记
    注册 预约 预订 入住 本人 同学 的 的订单 的快递 的电话 的地址 的账号 和 跟 与 、 ， 。 ！ ？ ： ； ） ” 》
    吗 呢 吧 啊 敬上 留 上 电话 手机 男 女 ，男 ，女 （ 等 等人 这边 那边 那里 家里 一起 一共 两人 三人 今年
    现年 生于 毕业 任 担任
"""
_WORDS_TEXT = """
    小白鞋 白鞋 白衬衫 白T恤 白裤子 白菜 白糖 白砂糖 白酒 白醋 白米 白鹅绒 白板 白纸 黄瓜 黄豆 黄油 黄桃 黄酒
    黄焖鸡 黄金 金镯子 金项链 金骏眉 金针菇 金龙鱼 石榴 石锅 石英表 毛裤 毛衣 毛巾 毛毯 毛绒玩具 牛肉 牛排 牛奶
    牛仔裤 牛皮 羊毛 马丁靴 马甲 马桶刷 马克杯 江米 米线 米粉 梅子 柳丁 花生 钱夹 钱包 车厘子 车载充电器 车膜
    方桌 方巾 方便面 温奶器 温度计 康乃馨 高腰裤 高帮鞋 高跟鞋 高领毛衣 高压锅 高清投影 安睡裤 安全裤 安全座椅
    包臀裙 包子 单鞋 单肩包 单人床 文胸 文具盒 连裤袜 雷达表 龙井 龙眼 龙虾 熊玩偶 鲍鱼 鱼油 苏打水 苏打饼干
    苏绣 杜仲茶 党参 何首乌 田七 田园风 沙发 沙拉酱 沙滩裤 童装 童车 席梦思 席子 万能胶 万用表 关节贴 关东煮
    元宵 宫灯 谷物 燕麦 燕窝 芦荟胶 芦笋 栗子 杏仁 杏子 桃胶 桑葚 柏木 松子 松茸 樱桃 海带 海苔 海参 江鲜 河粉
    山药 山楂 林地靴 森马 李子 梨膏 杨梅 杨桃 柳编 柚子 橙汁 蓝莓 蓝牙耳机 红薯 红枣 紫薯 青菜 青稞 紫砂壶 程序
    程度 常规 任何 任务 于是 明天 时间 平时 高兴 高级 方法 方案 关键 关系 安全 安装 安心 范围 范文 纪念 纪录
    严格 严重 许多 许可 曾经 汤底 汤圆 宋体 唐装 吴裕泰 周边 周末 周岁 周转 郑重 郭巴 齐全 齐刘海 柴火 柴油 焦糖
    焦虑 解决 解释 祝福 祝您 舒适 舒服 简单 简约 管理 管道 车型 车票 楼层 楼上 路线 符合 余额 余数 成功 成分
    成本 全新 全棉 全麦 华丽 华夫饼 易拉罐 易碎品 温馨 温和 温泉 乐趣 乐园 莫名 莫兰迪色 费用 费心 尤其 尤为
    卓越 景点 景区 冷静 冷饮 麻辣 麻烦 麻花 司机 水果 水杯 云朵 云腿 连衣裙 金额 包装 包邮 包裹 张开 张贴 张扬
    陈列 陈皮 陈述 陈年 江山 江浙沪 向往 向上 何时 何况 孔雀 孔径 石材 石膏 贺卡 贺词 钟表 钟点 鲁班锁 米色
    卡其色 段落 段位 韩版 韩式 韩系 美式 欧式 欧码 欧阳 英码 古法 古着 康复 健康 谢谢 多谢 感谢 辛苦 辛辣 强烈
    施工 施肥 薄荷 薄款 厚款 苗条 花纹 翠绿 江水 白天 夏天 夏季 夏凉被 冬季 秋季 春季 房子 房间 邮箱 双肩 双层
    边框 丁香 丁字裤 丁腈手套 甘草 甘蔗 甘油 左右 左侧 右侧 姜茶 姜汁 葛根 葱 蒜 荆芥 茶几 茶叶 艾草 艾灸贴
    蔡司镜片 万向轮 万圣节 严选 顾虑 顾忌 乌龙茶 乌鸡 武夷山 方形 圆形 方块 马上 马路 常见 常用 常温 应该 应急灯
    单独 单价 单位 孙女 女儿 外婆 老板 老师 老公 老婆 老人 小孩 小姐姐 小哥 小区 小时 小米 小心 小包 小号 阿姨
    阿胶 阿胶糕 申通 申通快递 圆通 中通 韵达 德邦 德邦物流 极兔 顺丰 老顾客 新顾客 张图 一张图 两张图 这张图
    几张图片 张照片 付定金 付尾款 付全款 付过款 付了钱 莫代尔 天丝 冰丝 桑蚕丝 羊绒 雪纺 牛津布 石墨烯 谢谢哈
    谢谢啦 谢谢亲 钱拨 钱退 钱到账 卡里 卡里的钱 余额里 单镜头 单反 单杯 单条 高腰阔腿裤 高端大气 坚果 叶绿素
    熊图案 熊本熊 原路返回 原路退回 原图 白鹿 白鹭 麦浪 麦片 麦饭石 周大福 周生生 谭木匠 李锦记 王老吉 张小泉
    老干妈 康师傅 苏泊尔 戴森 方太 海尔 华凌 安踏 乔丹鞋 古驰包 雅诗兰黛 兰蔻 欧莱雅 雅漾 薇诺娜 珀莱雅 阿玛尼
    纪梵希 花西子 完美日记 罗技 雷蛇 索尼 尼康 佳能 西门子 博世 飞利浦 松下 奥克斯 格力 容声 奥妙 蓝月亮 舒肤佳
    江西 云南 海南 河南 安徽 宁夏 贵州 温州 苏州 杭州 常州 柳州 徐州 郑州 石家庄 马鞍山 金华 舟山 宁波 安康 武汉
    汉中 乐山 梅州 江门 万达 万科 龙湖 金茂 华润 任意 任选 任性 凌晨 程序员 工程师 班长 广场舞 司令 何必 何苦
    何等 何妨 于此 于心 关爱 关怀 文艺 文雅 方向 方才 成立 成年人 时尚 时差 平安 平静 应聘 应付 习惯 练习 学习
    复习 明显 明确 温柔 温暖 安慰 安抚 安宁 高峰 高考 高速 林业 森林 园林 树林 龙卷风 龙头
"""
_ABOUT_TEXT = """
    这款{}多少钱 {}有货吗 我要{} {}怎么卖 买了{}和{} {}、{}、{}都有 {}，{} 关于{}的问题 给我来两个{} {}坏了
    收到{}了 {}很好 想换成{} 没有{} {}的{} 因为{}所以{} {}可以吗 请问{} {}吗 {}呢 一个{} 两件{} 新款{} {}大码
    {}太小了 {}掉色 {}质量不错 推荐{}
"""
_WITH_NAMES_TEXT = """
您好，我叫{N}，想咨询一下退货
收件人：{N}，电话13812345678
帮我查一下{N}的订单
我是{N}，昨天买的鞋子还没发货
请问是{N}先生吗？您的快递到了
姓名：{N}
联系人{N}，手机号码13912345678，地址放门卫
客服{N}为您服务，工号1023
快递员{N}说放在菜鸟驿站了
这个订单是我老公{N}下的
我朋友{N}推荐我来的
麻烦改成{N}收
收货人改成{N}
{N}，{N}，{N}三个人的订单一起发
把发票抬头改为{N}
签收人显示是{N}，可我不认识这个人
你们家客服{N}态度很好
我和{N}一起买的，她的到了我的没到
开户名{N}，开户行工商银行
请{N}接一下电话
@{N} 帮忙看一下这个售后
{N}@{N} 你们处理下
谢谢{N}，已经收到了
{N}你好，我是菜鸟驿站的
乘客{N}，身份证号我稍后发
预订人：{N}，入住人：{N}
患者{N}，35岁，想挂明天的号
之前是{N}接待我的，能转给她吗
经办人：{N}
投保人{N}，被保险人{N}
转账给{N}了，你查一下
我给{N}打过电话，没人接
此致 {N}
——{N}
落款：{N}
{N}说他没有收到短信
{N}女士的包裹被{N}代签了
店长{N}答应给我补偿的
{N}：什么时候发货？
{N} 13812345678
13812345678 {N}
寄给{N}，地址不变
是{N}吗？
{N}的快递到了吗
原来的联系人是{N}，现在换成{N}
我妈叫{N}，用她的账号买的
你好，请帮{N}修改一下密码
张冠李戴了，我叫{N}不是{N}
"""
_WITHOUT_TEXT = """
高兴为您服务
亲，这款有白色、黄色和蓝色，您要哪个颜色
金额已经原路退回，请注意查收
方便的话给个五星好评
包装破损了，能补发吗
任何问题都可以联系我们
明天下午之前能到吗
于是我就申请了退款
时间太久了，我等不及
高大上的包装，送人有面子
关于运费险，您可以查看订单详情
毛衣起球严重，质量太差
安装师傅什么时候上门
单价三十元，满两件包邮
周末发货吗，周一能到吗
平时穿几码就拍几码
程序出错了，登录不上
白色的卖完了，黑色有货
温馨提示：本店支持七天无理由
江浙沪包邮，偏远地区加五元
云南白药牙膏买一送一
王老吉两箱，康师傅方便面一箱
李宁的运动鞋打折吗
小米手机充电慢，华为的快吗
石榴汁和柳橙汁哪个好喝
党参黄芪一起煮可以吗
常规尺码，左右误差一厘米
申请售后时请上传凭证
解决不了就找平台介入
应该是系统故障
何时能补货
小时候常吃这个味道
小区门口的驿站关门了
老板在吗，便宜点
老人机音量小
全新正品，支持专柜验货
余额不足，请充值
夏季新款连衣裙，显瘦百搭
金属材质的会生锈吗
石材台面清洗方法
"""
_LATIN_NAMES_TEXT = """
    Amy Lily Lucy Kevin Jack Tony Tom Mike David Peter Linda Cindy Sandy Wendy Nancy Jenny Jessica Vivian Grace Emma
    Emily Sophia Olivia Alice Anna Amanda Angela Ada Ann Betty Bella Bonnie Candy Carol Cathy Cherry Christina Coco
    Daisy Diana Doris Elaine Ella Ellen Elsa Eva Eve Fiona Flora Gina Hannah Helen Iris Ivy Jane Janet Jasmine Joan
    Joy Joyce Judy Julia Karen Kate Kathy Kelly Kitty Laura Leila Lisa Maggie Maria Mary May Mia Michelle Molly Monica
    Nina Nora Queenie Rachel Rita Rose Ruby Sally Sara Selina Shirley Sophie Stella Susan Tina Tracy Vicky Winnie Yoyo
    Zoe Aaron Adam Alan Albert Alex Allen Andrew Andy Arthur Ben Bill Bob Brian Bruce Carl Charles Chris Daniel Dennis
    Edison Eric Ethan Felix Frank Fred Gary George Harry Henry Jacky Jackson James Jason Jeff Jerry Jim Joe John Johnny
    Jordan Joseph Justin Ken Leo Louis Lucas Mark Martin Max Michael Nick Oscar Owen Paul Philip Ray Richard Robert
    Robin Roger Ryan Sam Sean Simon Steven Terry Tim Vincent Wilson Winston
"""
# In Latin letters, and nobody's name.
_LATIN_WORDS_TEXT = """
    iPhone iPad AirPods MacBook Apple Watch Type-C WiFi wifi APP app VIP vip SKU sku SVIP plus Plus Pro Max mini Mini
    Air Nike Adidas Puma Vans Converse Zara Coach Dior Chanel Gucci Prada Burberry Fila Levis ZARA XL XXL XS LOGO logo
    ok OK Ok hi hello Hello bye thanks sorry PS4 Switch Steam Xbox USB usb LED TF SD SSD CPU GPU RAM ROM HDMI Windows
    Office Excel Word PPT PDF pdf Linux Java Python Redis MySQL Spring Android Kindle QQ qq DIY EMS DHL UPS SUV MPV ETC
    CEO HR PK KTV SPA Spa IP ip ID id email Email bug Bug error Error login Login code Code Chrome Safari Google
    Microsoft Huawei OPPO vivo Xiaomi Sony Samsung Canon Nikon Lenovo Dell ThinkPad Surface Galaxy Note Mate Nova
    Model Tesla BMW Audi Benz Costco Walmart IKEA Uniqlo Hermes Lancome Olay Kiehls Fresh SK MAC Tiffany Cartier Swatch
    Philips Dyson Bosch Panasonic Siemens Lego Disney Barbie Hello Kitty Pokemon Marvel NBA GPS NFC BT MP3 mp3 Hifi
    HIFI cm mm kg ml PVC TPU ABS SPF PH pH UV DNA NB nb PUA emo EMO yyds low Low high out in get Get call Call show
    Show case Case cos COS Lolita JK Oversize T-shirt polo POLO Polo V8 Size size color Color box Box set Set
"""
BEFORE = [*_BEFORE_TEXT.split(), "\n", "", "", "", " "]
AFTER = [*_AFTER_TEXT.split(), "\n", "", "", "", " ", " 138"]
WORDS = _WORDS_TEXT.split()
ABOUT = _ABOUT_TEXT.split()
LATIN_NAMES, LATIN_WORDS = _LATIN_NAMES_TEXT.split(), _LATIN_WORDS_TEXT.split()
WITH_NAMES = _WITH_NAMES_TEXT.strip().split("\n")
WITHOUT = _WITHOUT_TEXT.strip().split("\n")
_OPENING = [
    "",
    "",
    "",
    "好的",
    "亲，",
    "你好，",
    "那个",
    "嗯",
    "麻烦",
    "请问",
    "我想",
    "订单",
    "然后",
    "对了，",
]
_CLOSING = ["", "", "", "，谢谢", "。", "了", "可以吗", "，麻烦快点", "，13812345678"]


def service_talk(count: int, draw: random.Random, name: Callable[[], str], common: Sequence[str]) -> list[Sentence]:
    """Sentences with the spans of the names in them.

    Args:
        name: gives a new name each time.
        common: the language's commonest words, which stand beside names and beside other words alike.
    """
    return [_sentence(draw, name, common) for _ in range(count)]


def _sentence(draw: random.Random, name: Callable[[], str], common: Sequence[str]) -> Sentence:
    kind = draw.random()
    if kind < 0.05:
        return draw.choice(WITHOUT), []
    if kind < 0.2:
        return _filled(
            draw.choice(ABOUT),
            "{}",
            lambda: draw.choice(LATIN_WORDS if draw.random() < 0.2 else WORDS),
        )[0], []
    if kind < 0.3:
        return _filled(draw.choice(WITH_NAMES), "{N}", name)
    words = LATIN_WORDS if draw.random() < 0.2 else WORDS
    before = draw.choice(_OPENING) + draw.choice(common if draw.random() < 0.4 else BEFORE)
    after = draw.choice(common if draw.random() < 0.5 else AFTER) + draw.choice(_CLOSING)
    if kind < 0.45:
        return before + draw.choice(words) + after, []
    who = name()
    return before + who + after, [(len(before), len(before) + len(who))]


def _filled(text: str, gap: str, fill: Callable[[], str]) -> Sentence:
    spans = []
    while (start := text.find(gap)) >= 0:
        value = fill()
        text = text[:start] + value + text[start + len(gap) :]
        spans.append((start, start + len(value)))
    return text, spans
